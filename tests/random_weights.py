"""Makes ResNet50 weights as Keras offers them for download, but drawn at random: `python random_weights.py FILE`.

Run in a process of its own, because it starts TensorFlow.
"""

import sys

import h5py  # type: ignore[import-untyped]
import numpy as np
from keras import config
from keras.applications import ResNet50
from keras.src.legacy.saving import legacy_h5_format


def main(file: str) -> None:
    config.set_image_data_format("channels_last")
    model = ResNet50(include_top=False, weights=None)
    numbers = np.random.default_rng(50)
    for layer in model.layers:
        if layer.name.endswith("_bn"):
            # As trained ones, and unlike Keras' own start: so that different pictures get different vectors.
            gamma, *others = layer.get_weights()
            size = len(gamma)
            strength = 0.3 if layer.name.endswith("3_bn") else 1.0
            drawn = [numbers.normal(0, 0.3, size), numbers.normal(0, 0.3, size), numbers.uniform(0.5, 1.5, size)]
            layer.set_weights([numbers.uniform(0.5, 1.5, size) * strength, *drawn])
            assert len(others) == len(drawn)
        elif layer.name.endswith("_conv"):
            kernel, bias = layer.get_weights()
            spread = np.sqrt(2 / np.prod(kernel.shape[:3]))
            layer.set_weights([numbers.normal(0, spread, kernel.shape), numbers.normal(0, 0.1, bias.shape)])
    with h5py.File(file, "w") as group:
        legacy_h5_format.save_weights_to_hdf5_group(group, model)


if __name__ == "__main__":
    main(sys.argv[1])
