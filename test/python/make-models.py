"""Trains small models with the libraries that people use, exports each as its tool does, and writes down what Python itself predicts.

Usage: make-models.py FOLDER
Makes FOLDER/CASE/ with the artifact (artifact/), its signature (signature.json) and a request log (log.jsonl), whose records
hold Python's prediction as the outcome of version 1.0.0. Everything is seeded.
"""

import json
import os
import shutil
import sys
import types
import warnings
from datetime import datetime, timedelta
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
warnings.filterwarnings("ignore")

import numpy as np

SEED = 20261129
ROWS = 300
COLUMNS = ["a", "b", "c", "d"]
out = Path(sys.argv[1])


def data():
    random = np.random.default_rng(SEED)
    features = random.normal(size=(ROWS, 4)).astype(np.float32)
    # Wide, so that one request of a batch decides how the others are rounded where a model looks at all of them.
    features[::50] *= 40
    return features, features @ np.array([1.5, -2.0, 0.5, 1.0], dtype=np.float32)


def case(name, signature, inputs, predictions, labels=None):
    """Writes the log and the signature of a case; its artifact is made by the caller."""
    folder = out / name
    (folder / "artifact").mkdir(parents=True, exist_ok=True)
    (folder / "signature.json").write_text(json.dumps(signature))
    with open(folder / "log.jsonl", "w") as log:
        for row, (value, prediction) in enumerate(zip(inputs, predictions)):
            record = {
                "request_id": f"r{row}",
                "timestamp": (datetime(2026, 11, 1) + timedelta(minutes=10 * row)).isoformat() + "Z",
                "user_id": f"u{row}",
                "input": value,
                "outcomes": {"1.0.0": {"prediction": prediction}},
            }
            if labels is not None:
                record["label"] = labels[row]
            log.write(json.dumps(record) + "\n")
    return folder / "artifact"


def scored(labels, probabilities):
    """One prediction per row of probabilities."""
    return [{"scores": {label: float(p) for label, p in zip(labels, row)}} for row in probabilities]


def tensor(shape):
    return {"kind": "tensor", "shape": shape}


def classes(labels, **more):
    return {"kind": "classification", "labels": labels, **more}


def scikit_learn(features, target):
    import pandas
    from skl2onnx import to_onnx
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import GradientBoostingRegressor
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    names = np.array(["high", "low", "middle"])
    truth = names[np.digitize(target, [-1, 1])]
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(features, truth)
    labels = [str(label) for label in model.classes_]
    artifact = case(
        "scikit-learn",
        {"input": tensor([4]), "output": classes(labels)},
        features.tolist(),
        scored(labels, model.predict_proba(features)),
        truth.tolist(),
    )
    (artifact / "model.onnx").write_bytes(to_onnx(model, features[:1], target_opset=17).SerializeToString())

    regressor = GradientBoostingRegressor(random_state=SEED, n_estimators=20).fit(features, target)
    artifact = case(
        "scikit-learn-regression",
        {"input": tensor([4]), "output": {"kind": "regression"}},
        features.tolist(),
        [float(value) for value in regressor.predict(features)],
        [str(value) for value in target],
    )
    (artifact / "model.onnx").write_bytes(to_onnx(regressor, features[:1], target_opset=17).SerializeToString())

    cities = np.array(["Lyon", "Nantes", "Paris"])[np.arange(ROWS) % 3]
    table = pandas.DataFrame({"age": features[:, 0], "visits": np.arange(ROWS) % 7, "city": cities})
    columns = ColumnTransformer([("city", OneHotEncoder(), ["city"]), ("rest", "passthrough", ["age", "visits"])])
    answer = np.where(table["age"] + table["visits"] - 3 + 2 * (cities == "Lyon") > 0, "yes", "no")
    model = make_pipeline(columns, LogisticRegression()).fit(table, answer)
    labels = [str(label) for label in model.classes_]
    artifact = case(
        "scikit-learn-columns",
        {"input": {"kind": "record", "fields": {"age": "float", "visits": "int", "city": "string"}}, "output": classes(labels)},
        table.to_dict("records"),
        scored(labels, model.predict_proba(table)),
        answer.tolist(),
    )
    (artifact / "model.onnx").write_bytes(to_onnx(model, table[:1], target_opset=17).SerializeToString())


def light_gbm(features, target):
    import lightgbm
    from onnxmltools import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType

    truth = (target > 0).astype(int)
    model = lightgbm.LGBMClassifier(n_estimators=20, random_state=SEED, n_jobs=1, verbose=-1).fit(features, truth)
    labels = ["0", "1"]
    artifact = case(
        "lightgbm",
        {"input": tensor([4]), "output": classes(labels)},
        features.tolist(),
        scored(labels, model.predict_proba(features)),
        [str(label) for label in truth],
    )
    exported = convert_lightgbm(model, initial_types=[("x", FloatTensorType([None, 4]))], target_opset=15)
    (artifact / "model.onnx").write_bytes(exported.SerializeToString())


def quantised(features, target):
    import onnxruntime
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from skl2onnx import to_onnx
    from sklearn.neural_network import MLPClassifier

    truth = np.digitize(target, [-1, 1])
    model = MLPClassifier(hidden_layer_sizes=(16,), random_state=SEED, max_iter=300).fit(features, truth)
    labels = [str(label) for label in model.classes_]
    plain = out / "mlp.onnx"
    plain.write_bytes(to_onnx(model, features[:1], target_opset=17, options={"zipmap": False}).SerializeToString())
    small = out / "mlp-quantised.onnx"
    quantize_dynamic(plain, small, weight_type=QuantType.QInt8)
    session = onnxruntime.InferenceSession(str(small), providers=["CPUExecutionProvider"])
    # As production asks: one request at a time.
    alone = [session.run(None, {"X": features[row : row + 1]})[1][0] for row in range(ROWS)]
    artifact = case(
        "quantised",
        {"input": tensor([4]), "output": classes(labels)},
        features.tolist(),
        scored(labels, alone),
        [str(label) for label in truth],
    )
    shutil.move(small, artifact / "model.onnx")
    plain.unlink()


def keras_models(features, target):
    import keras
    import tf_keras

    # The converter imports all that it could convert; of these packages, which are large, nothing is used here.
    for name in ["tensorflow_decision_forests", "jax", "jax.experimental", "jax.experimental.jax2tf"]:
        sys.modules[name] = types.ModuleType(name)
    sys.modules["jax.experimental"].jax2tf = sys.modules["jax.experimental.jax2tf"]
    import tensorflowjs as tfjs
    from tensorflowjs.converters.tf_saved_model_conversion_v2 import convert_tf_saved_model

    truth = (target > 0).astype(np.float32)
    tf_keras.utils.set_random_seed(SEED)
    layers = tf_keras.layers
    model = tf_keras.Sequential(
        [layers.Input((4,)), layers.Dense(8, activation="tanh"), layers.BatchNormalization(), layers.Dense(1, activation="sigmoid")]
    )
    model.compile("adam", "binary_crossentropy")
    model.fit(features, truth, epochs=5, verbose=0)
    second = model.predict(features, verbose=0)[:, 0]
    labels = ["no", "yes"]
    artifact = case(
        "keras-layers",
        {"input": tensor([4]), "output": classes(labels, activation="sigmoid")},
        features.tolist(),
        scored(labels, np.stack([1 - second.astype(float), second.astype(float)], axis=1)),
        [labels[int(value)] for value in truth],
    )
    tfjs.converters.save_keras_model(model, str(artifact))

    # A number of the log may be an id, which must reach the table of embeddings as it is.
    keras.utils.set_random_seed(SEED)
    ids = keras.Input((1,), dtype="int32", name="id")
    numbers = keras.Input((4,), name="numbers")
    embedded = keras.layers.Flatten()(keras.layers.Embedding(50, 3)(ids))
    joined = keras.layers.Concatenate()([embedded, numbers])
    outputs = {
        "scores": keras.layers.Dense(3, activation="softmax", name="scores")(joined),
        "amount": keras.layers.Dense(1, name="amount")(joined),
    }
    model = keras.Model({"id": ids, "numbers": numbers}, outputs)
    own = {"id": np.arange(ROWS, dtype=np.int32)[:, None] % 50, "numbers": features}
    answers = model.predict(own, verbose=0)
    labels = ["first", "second", "third"]
    artifact = case(
        "keras-graph",
        {"input": {"kind": "record", "fields": {"id": "int", "numbers": "list"}}, "output": classes(labels)},
        [{"id": int(row % 50), "numbers": features[row].tolist()} for row in range(ROWS)],
        scored(labels, answers["scores"]),
        [labels[int(best)] for best in answers["scores"].argmax(axis=1)],
    )
    saved = out / "saved"
    model.export(str(saved), verbose=False)
    convert_tf_saved_model(str(saved), str(artifact))
    shutil.rmtree(saved)

    # What canary cannot read, and has to say so.
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
    for name, save in {
        "keras-3-layers": lambda folder: tfjs.converters.save_keras_model(model, str(folder)),
        "keras-3-file": lambda folder: model.save(folder / "model.keras"),
    }.items():
        save(case(name, {"input": tensor([4]), "output": classes(["no", "yes"], activation="sigmoid")}, features.tolist(), ["no"] * ROWS))


features, target = data()
steps = [scikit_learn, light_gbm, quantised, keras_models]
for step in [one for one in steps if len(sys.argv) < 3 or one.__name__ in sys.argv[2:]]:
    step(features, target)
