// ConvNetJS: the same network and square loss, under its trainer.

import convnetjs from "convnetjs";
import { measure as measureNetwork } from "./network.mjs";

export const measure = () => ({ rows: measureNetwork(start) });

function start(points, batch) {
  const net = new convnetjs.Net();
  net.makeLayers([
    { type: "input", out_sx: 1, out_sy: 1, out_depth: 2 },
    { type: "fc", num_neurons: 16, activation: "tanh" },
    { type: "fc", num_neurons: 16, activation: "tanh" },
    { type: "regression", num_neurons: 1 },
  ]);
  // It has no Adam; this is its fastest method.
  const trainer = new convnetjs.Trainer(net, { method: "sgd", momentum: 0, learning_rate: 0.03, batch_size: batch });
  const examples = points.map(([x, y, label]) => ({ input: new convnetjs.Vol([x, y]), label: [label] }));
  return {
    epoch() {
      for (const { input, label } of examples) trainer.train(input, label);
    },
    loss() {
      const losses = examples.map(({ input, label }) => 0.5 * (net.forward(input).w[0] - label[0]) ** 2);
      return losses.reduce((sum, loss) => sum + loss) / losses.length;
    },
  };
}
