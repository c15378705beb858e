"""Shows that Keras' losses come out the same on two replicas of TensorFlow as on one: replicas.py FOLDER

FOLDER has the modules as rules.py takes them. Each replica has half of a mini-batch, of unequal numbers of valid
examples. Losses, the network's weights and the state must be those of one replica with the whole mini-batch:
GHM-C in fit() with a compute_loss and in loops of one's own, the cross-entropy in compile(loss=...).
"""

import importlib.util
import os
import pathlib
import sys

os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="2", CUDA_VISIBLE_DEVICES="")

import keras
import numpy as np
import tensorflow as tf

BATCH, STEPS = 64, 4


def module(path):
    spec = importlib.util.spec_from_file_location(path.stem.replace("-", "_"), path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


class Model(keras.Model):
    """A network that holds its loss, as people train one."""

    def __init__(self, loss):
        super().__init__()
        self.dense, self.ghm_c = keras.layers.Dense(1, kernel_initializer="ones"), loss
        self.dense.build((None, 3))

    def call(self, x):
        return self.dense(x)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return self.ghm_c(y, y_pred, training=training)


def data():
    random = np.random.default_rng(3)
    x = random.normal(0, 2, (BATCH * STEPS, 3)).astype("float32")
    y = (random.random((BATCH * STEPS, 1)) < 0.2).astype("float32")
    # Each replica has one half of a mini-batch; most of the first are ignored.
    ignored = random.random(y.shape) < np.resize(np.repeat([[0.8], [0.1]], BATCH // 2, 0), y.shape)
    return x, np.where(ignored, -100, y).astype("float32")


def batches(strategy):
    return strategy.experimental_distribute_dataset(tf.data.Dataset.from_tensor_slices(data()).batch(BATCH))


def fitted(modules, strategy):
    with strategy.scope():
        model = Model(modules["ghm-c"].GHMC(bins=12, momentum=0.6))
        model.compile(keras.optimizers.SGD(0.5))
    history = model.fit(*data(), batch_size=BATCH, epochs=2, shuffle=False, verbose=0)
    before = [np.array(of) for of in model.get_weights()]
    loss = model.evaluate(*data(), batch_size=BATCH, verbose=0)
    assert all(np.array_equal(*of) for of in zip(before, model.get_weights())), "evaluate() moves the state"
    return [*history.history["loss"], loss, *before]


def compiled(modules, strategy):
    with strategy.scope():
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, kernel_initializer="ones")])
        model.compile(keras.optimizers.SGD(0.5), loss=modules["ce"].cross_entropy)
    history = model.fit(*data(), batch_size=BATCH, epochs=2, shuffle=False, verbose=0)
    return [*history.history["loss"], *model.get_weights()]


def looped(modules, strategy):
    with strategy.scope():
        model = Model(modules["ghm-c"].GHMC(bins=12, momentum=0.6))
        optimizer = keras.optimizers.SGD(0.5)

    @tf.function
    def step(x, y):
        def replica(x, y):
            with tf.GradientTape() as tape:
                loss = model.ghm_c(y, model(x), training=True)
            optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
            return loss

        return strategy.reduce("SUM", strategy.run(replica, (x, y)), axis=None)

    return [*(float(step(x, y)) for x, y in batches(strategy)), *model.get_weights()]


def outside(modules, strategy):
    """A loss that was made outside of the strategy's scope has one state, which the replicas share."""
    loss = modules["ghm-c"].GHMC(bins=12, momentum=0.6)

    @tf.function
    def step(x, y):
        values = strategy.run(lambda x, y: loss(y, x[:, :1], training=True), (x, y))
        return strategy.reduce("SUM", values, axis=None)

    return [*(float(step(x, y)) for x, y in batches(strategy)), *loss.get_weights()]


def main(folder):
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    two = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    modules = {name: module(pathlib.Path(folder) / f"{name}-binary.py") for name in ["ghm-c", "ce"]}
    wrong = 0
    for train in [fitted, compiled, looped, outside]:
        off = 0
        for one, both in zip(train(modules, tf.distribute.get_strategy()), train(modules, two)):
            off = max(off, np.max(np.abs(one - both) / (np.abs(one) + 1e-3)))
        print(f"tensorflow, {train.__name__}: two replicas are off by {off:.1e} of one", flush=True)
        wrong += not off < 1e-5
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
