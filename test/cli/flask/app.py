"""A scikit-learn model behind Flask, as teams write it: POST /predict with features gives {"prediction": [1]}.

Trains on the iris data, listens on a free port, and prints the port and the data as one line of JSON.
"""

import json
import sys

from flask import Flask, jsonify, request
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier
from werkzeug.serving import make_server

models = {"logistic": LogisticRegression(max_iter=1000), "stump": DecisionTreeClassifier(max_depth=1, random_state=7)}
iris = load_iris()
model = models[sys.argv[1]].fit(iris.data, iris.target)
app = Flask(__name__)


@app.post("/predict")
def predict():
    rows = request.get_json()["features"]
    return jsonify(prediction=model.predict(rows).tolist(), probability=model.predict_proba(rows).tolist())


server = make_server("127.0.0.1", 0, app, threaded=True)
print(json.dumps({"port": server.server_port, "data": iris.data.tolist(), "target": iris.target.tolist()}), flush=True)
server.serve_forever()
