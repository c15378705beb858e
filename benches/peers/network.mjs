// What the JavaScript peers are measured with: the same points, batches and clock.

const COUNT = 500; // as many as the Playground shows
const BATCHES = [10, COUNT]; // the Playground's default, and the whole set
const WARM_UP_MS = 500;
const MEASURE_MS = 1500;
// Browsers round their clock to a tenth of a millisecond.
const SAMPLE_MS = 20;

/**
 * One row for each batch size. `start(points, batch)` builds a 2-16-16-1 network and returns what trains
 * it for an epoch and what its mean loss is now; a point is [x, y, label], the label 1 or -1.
 */
export function measure(start) {
  const points = discAndRing();
  return BATCHES.map((batch) => {
    const { epoch, loss } = start(points, batch);
    const before = loss();
    let epochs = 1;
    const sample = () => {
      const begin = performance.now();
      for (let i = 0; i < epochs; i++) epoch();
      return performance.now() - begin;
    };
    for (const end = performance.now() + WARM_UP_MS; performance.now() < end; ) {
      if (sample() < SAMPLE_MS) epochs *= 2;
    }
    const steps = (epochs * COUNT) / batch;
    const samples = [];
    for (const end = performance.now() + MEASURE_MS; performance.now() < end; ) samples.push(sample() / steps);
    // Whoever computes with NaN, or not at all, would be measured as well.
    if (!(loss() < before)) throw new Error(`batch ${batch}: the loss went from ${before} to ${loss()}`);
    samples.sort((a, b) => a - b);
    const quantile = (q) => samples[Math.round(q * (samples.length - 1))];
    const ms = quantile(0.5);
    return {
      name: `train/${batch}`,
      ms,
      spread: [quantile(0.1), quantile(0.9)],
      examples_per_s: (batch / ms) * 1000,
      runs: samples.length,
    };
  });
}

function discAndRing() {
  return Array.from({ length: COUNT }, (_, i) => {
    const label = i % 2 === 0 ? 1 : -1;
    const radius = (label === 1 ? 0 : 0.7) + 0.5 * ((i * 0.618034) % 1);
    const angle = i * 2.399963;
    return [radius * Math.cos(angle), radius * Math.sin(angle), label];
  });
}
