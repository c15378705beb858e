// TensorFlow Playground: its src/nn.ts, which run.sh names "nn", used as its src/playground.ts does.

import { Activations, Errors, backProp, buildNetwork, forwardProp, updateWeights } from "nn";
import { measure as measureNetwork } from "./network.mjs";

const LEARNING_RATE = 0.03; // its default

export const measure = () => ({ rows: measureNetwork(start) });

function start(points, batch) {
  const network = buildNetwork([2, 16, 16, 1], Activations.TANH, Activations.TANH, null, ["x", "y"]);
  const examples = points.map(([x, y, label]) => ({ input: [x, y], label }));
  return {
    epoch() {
      examples.forEach(({ input, label }, i) => {
        forwardProp(network, input);
        backProp(network, label, Errors.SQUARE);
        if ((i + 1) % batch === 0) updateWeights(network, LEARNING_RATE, 0);
      });
    },
    loss() {
      const losses = examples.map(({ input, label }) => Errors.SQUARE.error(forwardProp(network, input), label));
      return losses.reduce((sum, loss) => sum + loss) / losses.length;
    },
  };
}
