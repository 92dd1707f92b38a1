/** What the service puts in front of an MLflow model that is deployed without code. */
export const mlflowScript = String.raw`
import json, os
import mlflow.pyfunc

model = None

def init():
    global model
    root = os.environ["AZUREML_MODEL_DIR"]
    folders = [folder for folder, _, names in os.walk(root) if "MLmodel" in names]
    if not folders:
        raise FileNotFoundError(f"There is no MLmodel file below {root}.")
    model = mlflow.pyfunc.load_model(sorted(folders, key=len)[0])

def run(raw):
    payload = json.loads(raw)
    if "input_data" not in payload:
        raise ValueError("The request has to have the member input_data.")
    data = payload["input_data"]
    if isinstance(data, dict) and set(data) & {"columns", "data"}:
        import pandas
        data = pandas.DataFrame(data["data"], columns=data.get("columns"), index=data.get("index"))
    predicted = model.predict(data)
    if hasattr(predicted, "to_dict"):
        return predicted.to_dict(orient="records") if predicted.ndim > 1 else predicted.tolist()
    return predicted.tolist() if hasattr(predicted, "tolist") else predicted
`;
