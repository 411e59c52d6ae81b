"""Our coder beside scikit-learn's LinearSVC and fastText: the same lexicon, the same test records, one run.

Usage: compare.py SPEED.json EVALUATION.json SECONDS   (what the occuform command measured, see scripts/bench.sh)
"""

import json
import os
import pickle
import random
import sys
import tempfile
import time
from pathlib import Path

import fasttext
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.svm import LinearSVC

ROOT = Path(__file__).resolve().parents[2]
MASK = (1 << 64) - 1


def lexicon():
    """The records that training makes of the phrases: a title, a task, a title with a task."""
    chosen = random.Random(1)
    for path in sorted((ROOT / "lexicon/osca").glob("*.txt")):
        code, titles, tasks, section = None, [], [], None
        for line in path.read_text().splitlines() + ["999999 end"]:
            if line[:1].isdigit():
                if code:
                    yield from ((title, code) for title in titles)
                    yield from ((task, code) for task in tasks)
                    yield from ((f"{title} {chosen.choice(tasks)}", code) for title in titles)
                number, title = line.split(" ", 1)
                code = number if len(number) == 6 else None
                titles, tasks, section = [title.lower()], [], None
            elif line in ("titles:", "tasks:"):
                section = titles if line == "titles:" else tasks
            elif line.startswith("  ") and section is not None:
                section.append(line.strip().lstrip("? ").lower())


def is_test(title, tasks):
    """The same rule as KnownRecord::split."""
    hash_ = 0xCBF29CE484222325
    for byte in f"{title}\t{tasks}".encode():
        hash_ = ((hash_ ^ byte) * 0x100000001B3) & MASK
    return (hash_ ^ (hash_ >> 32)) % 10 >= 7


def test_records():
    for line in (ROOT / "lexicon/evaluation/osca.tsv").read_text().splitlines()[1:]:
        title, tasks, code, _ = line.split("\t")
        if is_test(title.strip(), tasks.strip()):
            yield f"{title.strip()} {tasks.strip()}".strip().lower(), code


def measure(name, train, rank, size):
    """train() -> model; rank(model, texts) -> the five best codes for each text; size(model) -> bytes."""
    texts, codes = zip(*test_records())
    started = time.perf_counter()
    model = train()
    training = time.perf_counter() - started
    single = []
    for text in texts[:300]:
        started = time.perf_counter()
        rank(model, [text])
        single.append(time.perf_counter() - started)
    started = time.perf_counter()
    ranked = rank(model, texts)
    bulk = len(texts) / (time.perf_counter() - started)
    right = [code in best[:1] for best, code in zip(ranked, codes)]
    near = [code in best for best, code in zip(ranked, codes)]
    return {
        "name": name,
        "top1": np.mean(right),
        "top5": np.mean(near),
        "single_ms": 1000 * np.median(single),
        "bulk": bulk,
        "megabytes": size(model) / 1e6,
        "training_s": training,
    }


def linear_svc():
    def train():
        texts, codes = zip(*lexicon())
        features = FeatureUnion([
            ("words", TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)),
            ("characters", TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2)),
        ])
        return make_pipeline(features, LinearSVC()).fit(texts, codes)

    def rank(model, texts):
        best = np.argsort(-model.decision_function(texts), axis=1)[:, :5]
        return [[model.classes_[column] for column in row] for row in best]

    return measure("scikit-learn LinearSVC", train, rank, lambda model: len(pickle.dumps(model)))


def fast_text():
    def train():
        with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False) as file:
            file.writelines(f"__label__{code} {text}\n" for text, code in lexicon())
        model = fasttext.train_supervised(
            file.name, wordNgrams=2, minn=2, maxn=5, dim=100, epoch=25, lr=0.5, bucket=500_000, thread=2, verbose=0
        )
        os.unlink(file.name)
        return model

    def rank(model, texts):
        labels, _ = model.predict(list(texts), k=5)
        return [[label.removeprefix("__label__") for label in row] for row in labels]

    def size(model):
        with tempfile.NamedTemporaryFile(suffix=".bin") as file:
            model.save_model(file.name)
            return os.path.getsize(file.name)

    return measure("fastText", train, rank, size)


def ours(speed, evaluation, seconds):
    shares = evaluation["groups"][0]["shares"][0]
    return {
        "name": "Occuform",
        "top1": shares[0],
        "top5": shares[2],
        "single_ms": speed["single_ms"],
        "bulk": speed["bulk_per_second"],
        "megabytes": speed["bytes"] / 1e6,
        "training_s": seconds,
    }


def main():
    speed, evaluation = (json.loads(Path(path).read_text()) for path in sys.argv[1:3])
    first = ours(speed, evaluation, float(sys.argv[3]))
    print(f"{len(list(test_records()))} test records, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}\n")
    print("| coder | top 1 | top 5 | one record, ms | records/s in bulk | model, MB | training, s |")
    print("|---|---|---|---|---|---|---|")
    # Each when it is measured: the others take many minutes.
    for measured in [lambda: first, linear_svc, fast_text]:
        row = measured()
        cells = [f"{row['top1']:.3f}", f"{row['top5']:.3f}"]
        for key in ["single_ms", "bulk", "megabytes", "training_s"]:
            cells.append(f"{float(f'{row[key]:.3g}'):,g} ({row[key] / first[key]:.2g}x)")
        print(f"| {row['name']} | {' | '.join(cells)} |", flush=True)


main()
