"""A whole training run on a tiny base: it learns, goes on after a stop, and ships."""

import dataclasses
import json
import random
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="the extra `train` is not installed")
pytest.importorskip("accelerate", reason="the extra `train` is not installed")

import torch
from msgspec.structs import replace
from safetensors.torch import load_file, save_file

from models.export.folder import WORDS
from models.export.hugging_face import write_hugging_face
from models.export.quantisation import dequantise_blocks, quantise_blocks
from models.heads import read_heads
from models.manifest import MANIFEST, read_manifest
from models.meaning import Meaning
from models.onnx_encoder import TOKENIZER, OnnxEncoder
from models.scorer import SHIPPED, load_scorer
from models.targets import Pair
from models.training.batches import tokenise
from models.training.config import DataSet, Labels, Run, with_corrections
from models.training.frozen import teach_meaning
from models.training.identity import IDENTITY, claim
from models.training.labelled import Labelled
from models.training.making import MODEL, REPORT, Standard, finish, make
from models.training.network import TargetHead
from models.training.reading import read_sets
from models.training.run import (
    WEIGHTS,
    imitated_network,
    load_network,
    train,
    trained_network,
)
from models.training.shipping import heads_of
from models.training.teaching import imitation
from models.training.trainer import last_checkpoint
from schemas.errors import ModelError
from schemas.model_figures import read_figures
from schemas.scores import EMOTIONS
from tests.models.tiny_base import HIDDEN, weights, write_tiny_base

GOOD, BAD, SO = "good", "bad", "the is"


def sentence(dice: random.Random, kind: str) -> str:
    words = [dice.choice(kind.split()), *dice.choices(SO.split(), k=3)]
    dice.shuffle(words)
    return " ".join(words)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Texts whose words tell everything."""
    folder = tmp_path_factory.mktemp("data")
    dice = random.Random(3)
    rows = []
    for _ in range(300):
        label, kind = dice.choice([("positive", GOOD), ("negative", BAD), ("neutral", SO)])
        polarity = "neutral" if label == "neutral" else label
        rows.append(
            {
                "text": sentence(dice, kind),
                "lang": "en",
                "label": label,
                "mood": {"positive": ["joy"], "negative": ["anger"]}.get(label, []),
                "rude": label == "negative",
                "said": [{"aspect": "price", "polarity": polarity}],
            }
        )
    (folder / "words.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    base = write_tiny_base(tmp_path_factory.mktemp("base"))
    words = DataSet(
        path="words.jsonl",
        licence="CC0",
        sentiment=Labels(),
        emotions=Labels(field="mood", map={"joy": "joy", "anger": "anger"}, also=("none",)),
        offensive=Labels(field="rude"),
        irony=Labels(field="rude"),
        targets="said",
    )
    return Run(
        version="tiny-1",
        base=str(base),
        data=(words,),
        layers=1,
        minutes=0.4,
        batch_tokens=256,
        learning_rate=1e-3,
        average=0.9,
        targets_minutes=0.03,
        max_tokens=32,
    )


@pytest.fixture(scope="module")
def made(run, data, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    lines: list[str] = []
    make(run, read_sets(run, data), out, Standard(topics={"price": ["too good"]}), lines.append)
    assert any("texts of 1 sets" in line for line in lines)
    return out


def test_it_learns_and_the_shipped_folder_says_so(made):
    """Every head answers rightly about words that it was shown."""
    scorer = load_scorer(str(made / MODEL))
    found = scorer.score(
        ["the good is is", "bad is the is", "is is the the"], targets=[["price"]] * 3, aspects=True
    )
    assert found.sentiments == ["positive", "negative", "neutral"]
    assert found.targets is not None
    assert found.emotions is not None
    assert found.offensive is not None
    assert [row[0].polarity for row in found.targets] == ["positive", "negative", "neutral"]
    assert found.offensive[1] > 0.5 > found.offensive[0]
    assert found.emotions.shape == (3, 8)
    assert found.emotions[0].argmax() == EMOTIONS.index("joy")
    assert found.emotions[:, EMOTIONS.index("fear")].max() < 1e-6  # no set knows of it
    assert scorer.model_version == "tiny-1"
    card = (made / MODEL / "MODEL_CARD.md").read_text()
    assert "words.jsonl: CC0" in card
    assert "on held-out texts of words.jsonl, by" in card
    assert "### Topics" not in card  # no set tells of them
    said = read_figures(made / MODEL)
    assert said is not None
    assert said.model_version == "tiny-1"
    assert {row.source for row in said.sentiment} == {"words.jsonl"}
    assert "<script" not in (made / REPORT).read_text()


def test_targets_in_numpy_are_those_in_torch(run, made):
    """One network, two implementations."""
    weights = trained_network(run, made / WEIGHTS).weights
    head = TargetHead(HIDDEN)
    prefix = "targets."
    head.load_state_dict(
        {
            name.removeprefix(prefix): torch.from_numpy(value)
            for name, value in weights.items()
            if name.startswith(prefix)
        }
    )
    dice = np.random.default_rng(1)
    states = [dice.normal(size=(length, HIDDEN)).astype(np.float32) for length in (3, 7, 5)]
    phrases = dice.normal(size=(2, HIDDEN)).astype(np.float32)
    phrases /= np.linalg.norm(phrases, axis=1, keepdims=True)
    from models.encoder import Encoding, unit_rows

    embeddings = unit_rows(np.stack([rows.sum(axis=0) for rows in states]))
    pairs = [Pair(0, 0), Pair(1, 1, (2, 3)), Pair(2, 0), Pair(1, 0), Pair(2, 1, (4,))]
    meaning = np.eye(HIDDEN, dtype=np.float32)
    ours = heads_of(weights, read_heads(made / MODEL).background, meaning).targets
    assert ours is not None
    found = ours.probabilities(Encoding(embeddings, ["", "", ""], states, [[]] * 3), phrases, pairs)
    padded, mask = torch.zeros(3, 7, HIDDEN), torch.zeros(3, 7, dtype=torch.bool)
    for at, rows in enumerate(states):
        padded[at, : len(rows)] = torch.from_numpy(rows)
        mask[at, : len(rows)] = True
    marks = torch.zeros(len(pairs), 7)
    for at, pair in enumerate(pairs):
        marks[at, list(pair.mention)] = 1
    batch = {
        "pair_text": torch.tensor([pair.text for pair in pairs]),
        "pair_phrase": torch.tensor([pair.phrase for pair in pairs]),
        "pair_mention": marks,
    }
    scale = HIDDEN**0.5
    with torch.no_grad():
        logits = head(
            padded,
            mask,
            torch.from_numpy(embeddings) * scale,
            torch.from_numpy(phrases) * scale,
            batch,
        )
    assert np.abs(found - logits.softmax(1).numpy()).max() < 1e-5


def test_a_stopped_run_goes_on(run, data, tmp_path):
    """From its checkpoint: the clock has run, and the weights are there."""
    short = replace(run, minutes=0.1, checkpoint_minutes=0.02)
    lines: list[str] = []
    train(short, read_sets(short, data), tmp_path, lines.append)
    (tmp_path / WEIGHTS).unlink()
    longer = replace(short, minutes=0.12)
    train(longer, read_sets(longer, data), tmp_path, lines.append)
    clocks = sorted(tmp_path.glob("checkpoint-*/clock.json"))
    assert clocks
    assert json.loads(clocks[-1].read_text())["elapsed_s"] > 1
    assert (tmp_path / WEIGHTS).exists()


def test_a_head_can_learn_of_mentions_alone(run, data, tmp_path):
    """What it says about phrases that do not stand in a text stays as it was."""
    said = [
        {"text": f"the good is {n}", "said": [{"term": "good", "polarity": "negative"}]}
        for n in range(40)
    ]
    (data / "terms.jsonl").write_text("\n".join(map(json.dumps, said)) + "\n")
    terms = DataSet(path="terms.jsonl", licence="CC0", targets="said", lang="en")
    quick = replace(run, minutes=0.05, targets_minutes=0.0)
    first = train(quick, read_sets(quick, data), tmp_path / "1", lambda _: None)
    further = replace(
        run,
        data=(terms,),
        start=(str(first),),
        minutes=0,
        targets_minutes=0.05,
        mentions_alone=True,
    )
    second = train(further, read_sets(further, data), tmp_path / "2", lambda _: None)
    before, after = load_file(first), load_file(second)
    width = len(before["targets.key.bias"])
    changed = {name for name in before if (before[name] != after[name]).any()}
    assert changed == {"targets.query.weight", "targets.hidden.weight"}
    for name, start in (("query", width), ("hidden", 2 * width)):
        differs = (before[f"targets.{name}.weight"] != after[f"targets.{name}.weight"]).any(0)
        assert set(np.flatnonzero(differs.numpy())) <= set(range(start, start + width))


def test_progress_says_when_it_will_be_finished(run, data, tmp_path, monkeypatch):
    """By the clock on the wall."""
    monkeypatch.setattr("models.training.trainer.TELL_S", 0.5)
    lines: list[str] = []
    quick = replace(run, minutes=0.05, targets_minutes=0)
    train(quick, read_sets(run, data), tmp_path, lines.append)
    now = datetime.now(UTC).astimezone()
    ends = {f"until {now - timedelta(minutes=ago):%H:%M}, step" for ago in (0, 1)}
    assert any(end in line for line in lines for end in ends), lines


def test_a_run_goes_on_from_the_last_checkpoint_that_is_whole(run, data, tmp_path, monkeypatch):
    """One that was killed while it wrote the average is passed over."""
    calls: list[Path] = []

    def killed_at_the_third(weights, path):
        calls.append(path)
        if len(calls) == 3:
            path.write_bytes(b"half of it")
            raise KeyboardInterrupt
        save_file(weights, path)

    monkeypatch.setattr("models.training.trainer.save_file", killed_at_the_third)
    short = replace(run, minutes=1.0, checkpoint_minutes=0.01, targets_minutes=0.0)
    with pytest.raises(KeyboardInterrupt):
        train(short, read_sets(short, data), tmp_path, lambda _: None)
    assert last_checkpoint(tmp_path) == calls[1].parent
    train(replace(short, minutes=0.05), read_sets(run, data), tmp_path, lambda _: None)
    assert (tmp_path / WEIGHTS).exists()


def test_a_smaller_network_imitates_the_average_of_two(run, data, tmp_path):
    """Its layers are those named; its answers come nearer to what they imitate."""
    weights = []
    for seed in (1, 2):
        out = tmp_path / str(seed)
        teacher = replace(run, layers=2, seed=seed, minutes=0.05, targets_minutes=0.0)
        weights.append(str(train(teacher, read_sets(teacher, data), out, lambda _: None)))
    student = replace(
        run,
        layers=(1,),
        start=tuple(weights),
        imitate=tuple(weights),
        workers=1,
        minutes=0.1,
        targets_minutes=0,
    )
    before, _ = load_network(student)
    train(student, read_sets(student, data), tmp_path / "student", lambda _: None)
    after, tokenizer = load_network(replace(student, start=(str(tmp_path / "student" / WEIGHTS),)))
    assert len(after.encoder.encoder.layer) == 1
    teacher = imitated_network(student)
    assert teacher is not None
    assert len(teacher.encoder.encoder.layer) == 2
    ids = torch.tensor([tokenizer.encode("query: the good is the").ids])
    mask = torch.ones_like(ids, dtype=torch.bool)
    with torch.no_grad():
        said = teacher(ids=ids, mask=mask)
        apart = [
            imitation(net(ids=ids, mask=mask), said, mask)["states"] for net in (before, after)
        ]
    assert apart[1] < apart[0]


def test_the_meaning_is_learnt_in_closed_form(run):
    """What a teacher says that is a linear function of the embedding is said again."""
    network, tokenizer = load_network(run)
    dice = random.Random(5)
    rows = [Labelled(sentence(dice, GOOD), "en", "words") for _ in range(60)]
    texts = tokenise(tokenizer, rows, prefix=run.prefix)
    mix = np.random.default_rng(1).normal(size=(HIDDEN, HIDDEN)).astype(np.float32)

    def embedding(ids):
        mask = torch.ones(1, len(ids), dtype=torch.bool)
        with torch.no_grad():
            states = network.states(torch.from_numpy(ids)[None], mask)
            return network.embed(states, mask)[0].numpy()

    taught = [dataclasses.replace(text, embedding=embedding(text.ids) @ mix) for text in texts]
    teach_meaning(network, {"words": taught})
    found = network.meaning.weight.detach().numpy() @ embedding(texts[0].ids)
    wanted = embedding(texts[0].ids) @ mix
    assert np.dot(found, wanted) > 0.99 * np.linalg.norm(found) * np.linalg.norm(wanted)


def test_layers_that_the_base_lacks_are_named(run):
    """With how many it has."""
    with pytest.raises(ModelError, match=r"layers=\(0, 7\).* has 2 layers"):
        load_network(replace(run, layers=(0, 7)))


def test_lora_and_r_drop_train_and_ship(run, data, tmp_path):
    """Few weights, two passes and half the precision; what is shipped is a plain encoder."""
    pytest.importorskip("peft")
    thrifty = replace(
        run, lora=4, dropout=0.1, rdrop=0.5, minutes=0.05, precision="bfloat16", augment=0.3
    )
    make(thrifty, read_sets(thrifty, data), tmp_path, Standard(), lambda _: None)
    load_scorer(str(tmp_path / MODEL)).score(["the good"])


def test_adalora_trains_and_ships(run, data, tmp_path):
    """By the clock, with a stop of early stopping's at hand; what is shipped is a plain encoder."""
    pytest.importorskip("peft")
    said: list[str] = []
    shared = replace(run, lora=4, adalora=True, minutes=0.1, patience=9, look_minutes=0.04)
    make(shared, read_sets(shared, data), tmp_path, Standard(), said.append)
    assert any("held-out texts have a loss" in line for line in said)
    load_scorer(str(tmp_path / MODEL)).score(["the good"])


def test_what_is_worse_on_a_guard_is_refused(run, data, made, tmp_path):
    """A network that learnt nothing is compared with one that did."""
    guarded = replace(run, guards=run.data, minutes=0.01)
    train(guarded, read_sets(guarded, data), tmp_path, lambda _: None)
    with pytest.raises(ModelError, match=r"worse on the guards.*words\.jsonl"):
        finish(guarded, read_sets(guarded, data), tmp_path, Standard(made / MODEL), lambda _: None)
    with pytest.raises(ModelError):
        load_scorer(str(tmp_path / MODEL))


def test_a_refused_model_leaves_the_one_that_is_in_use(run, data, made, tmp_path):
    """It is written beside, and takes the place of the other when the guards have passed."""
    quick = replace(run, minutes=0.01, targets_minutes=0.0)
    make(quick, read_sets(quick, data), tmp_path, Standard(), lambda _: None)
    in_use = (tmp_path / MODEL / MANIFEST).read_bytes()
    guarded = replace(quick, guards=run.data)
    with pytest.raises(ModelError, match="worse on the guards"):
        finish(guarded, read_sets(guarded, data), tmp_path, Standard(made / MODEL), lambda _: None)
    assert load_scorer(str(tmp_path / MODEL)).model_version == "tiny-1"
    assert (tmp_path / MODEL / MANIFEST).read_bytes() == in_use
    other = replace(quick, version="tiny-2")
    finish(other, read_sets(run, data), tmp_path, Standard(), lambda _: None)
    assert load_scorer(str(tmp_path / MODEL)).model_version == "tiny-2"
    assert not list(tmp_path.glob("model.*"))


def test_a_folder_in_which_nothing_was_trained_is_free(run, tmp_path):
    """A run that failed before it began claims nothing."""
    claim(tmp_path, run, {})
    claim(tmp_path, replace(run, seed=8), {})
    (tmp_path / "checkpoint-3").mkdir()
    claim(tmp_path, replace(run, seed=8, history="told otherwise"), {})
    with pytest.raises(ModelError, match="other seed"):
        claim(tmp_path, run, {})


def test_a_network_is_that_of_the_very_run(run, data, tmp_path):
    """Labels, fields and texts that it has not learnt are refused; the run itself is finished."""
    quick = replace(run, minutes=0.01, targets_minutes=0.0)
    out = tmp_path / "out"
    make(quick, read_sets(quick, data), out, Standard(), lambda _: None)
    trained = (out / WEIGHTS).stat().st_mtime_ns
    corrections = tmp_path / "corrections.jsonl"
    corrections.write_text('{"text": "good", "lang": "en", "label": "negative"}\n' * 20)
    corrected = with_corrections(quick, corrections)
    for other, named in (
        (corrected, "data, texts"),
        (replace(quick, seed=8), "seed"),
        (replace(quick, minutes=0.02), "minutes"),
    ):
        with pytest.raises(ModelError, match=f"run 'tiny-1' with other {named}, .*another --out"):
            make(other, read_sets(other, data), out, Standard(), lambda _: None)
    make(quick, read_sets(quick, data), out, Standard(), lambda _: None)
    assert (out / WEIGHTS).stat().st_mtime_ns == trained
    make(corrected, read_sets(corrected, data), tmp_path / "other", Standard(), lambda _: None)
    corrections.write_text('{"text": "good", "lang": "en", "label": "neutral"}\n' * 20)
    with pytest.raises(ModelError, match="with other texts"):
        make(corrected, read_sets(corrected, data), tmp_path / "other", Standard(), lambda _: None)
    (out / IDENTITY).unlink()
    with pytest.raises(ModelError, match="says of which run"):
        make(quick, read_sets(quick, data), out, Standard(), lambda _: None)


def test_corrections_go_on_from_a_model_folder(run, data, made, tmp_path):
    """Without its base; heads that the corrections say nothing of stay, as they were tempered."""
    folder = made / MODEL
    corrections = tmp_path / "corrections.jsonl"
    rows = [{"text": f"the {'good ' * n}", "lang": "en", "label": "negative"} for n in range(1, 40)]
    corrections.write_text("\n".join(map(json.dumps, rows)) + "\n")
    further = Run(
        version="tiny-2",
        start=(str(folder),),
        data=(),
        guards=tuple(replace(source, sentiment=None) for source in run.data),
        minutes=0.1,
        batch_tokens=256,
        head_rate=1e-2,
        freeze_encoder=True,
        average=0.9,
    )
    out = tmp_path / "out"
    corrected = with_corrections(further, corrections)
    make(corrected, read_sets(corrected, data), out, Standard(folder), lambda _: None)
    before, after = read_heads(folder), read_heads(out / MODEL)
    for name in ("offensive", "irony"):
        one, other = getattr(before, name), getattr(after, name)
        assert other.weight == pytest.approx(one.weight)
    assert after.targets is not None
    assert before.targets is not None
    assert after.targets.temperature == before.targets.temperature
    assert after.aspects == before.aspects
    assert after.background.contrast == pytest.approx(before.background.contrast)
    scorer = load_scorer(str(out / MODEL))
    assert scorer.score(["the good good"]).sentiments == ["negative"]
    found = scorer.score(["the good is is", "bad is the is"], targets=[["price"]] * 2)
    assert [row[0].polarity for row in found.targets or ()] == ["positive", "negative"]


def test_a_model_folder_read_back_makes_the_same_model_again(made, data, run, tmp_path):
    """Table, codes and heads are what they were; layers that the folder has are all kept."""
    folder = made / MODEL
    again = replace(run, base="", start=(str(folder),), layers=(1,), minutes=0, targets_minutes=0.0)
    make(again, read_sets(again, data), tmp_path, Standard(), lambda _: None)
    texts = ["the good is not bad", "шум и", "质量一不好", "bad"]
    one, other = (load_scorer(str(place)).score(texts) for place in (folder, tmp_path / MODEL))
    assert one.probabilities == pytest.approx(other.probabilities, abs=1e-4)
    assert (tmp_path / MODEL / TOKENIZER).read_bytes() == (folder / TOKENIZER).read_bytes()


def test_a_run_names_one_model_folder_to_begin_with(run, made, tmp_path):
    """Two have words of their own each, and so has one that is only imitated."""
    folder = str(made / MODEL)
    shutil.copytree(folder, tmp_path / "copy")
    with pytest.raises(ModelError, match="names 2 model folders"):
        load_network(replace(run, start=(folder, str(tmp_path / "copy"))))
    with pytest.raises(ModelError, match="start has to name it"):
        imitated_network(replace(run, imitate=(folder,)))
    with pytest.raises(ModelError, match="names no base"):
        load_network(replace(run, base=""))
    longer = replace(run, start=("shipped",))
    assert imitated_network(replace(longer, layers=None, imitate=("shipped",))) is not None


def test_the_shipped_model_as_a_network_answers_as_its_graph():
    """Layouts, scales and the order of the layers: what differs is the int8 arithmetic."""
    run = Run(version="further", start=("shipped",), data=())
    network, tokenizer = load_network(run)
    network.eval()
    texts = [
        "I love it",
        "Der Akku hält nur eine Stunde, nie wieder!",
        "质量很差，不推荐",
        "قهوة جيدة",
        "The parcel came on Tuesday. " * 4,
    ]
    manifest, _ = read_manifest(SHIPPED)
    graph = OnnxEncoder(SHIPPED, prefix=manifest.prefix, max_tokens=manifest.max_tokens)
    heads, told = read_heads(SHIPPED), load_scorer("shipped").score(texts)
    embeddings = graph.encode(texts)
    for at, text in enumerate(texts):
        ids = torch.tensor([tokenizer.encode(run.prefix + text).ids])
        mask = torch.ones_like(ids, dtype=torch.bool)
        with torch.no_grad():
            found = network(ids=ids, mask=mask)
            embedding = network.embed(found["states"], mask)
            meaning = torch.nn.functional.normalize(network.meaning(embedding))[0].numpy()
        unit = embedding[0].numpy() / len(embeddings[at]) ** 0.5
        assert unit @ embeddings[at] > 0.995
        assert meaning @ Meaning(graph, heads.meaning).of(embeddings)[at] > 0.99
        logits = heads.sentiment.logits(unit[None])[0]
        assert found["sentiment"][0].numpy() == pytest.approx(logits, abs=1e-4)
        assert np.argmax(logits) == np.argmax(told.probabilities[at])
        for name in ("emotions", "offensive", "irony"):
            shares = found[name].reshape(-1).sigmoid().numpy()
            assert shares == pytest.approx(np.reshape(getattr(told, name)[at], -1), abs=0.1)


def test_torch_reads_an_encoder_with_its_own_heads(made, run, tmp_path):
    """They travel with it; what has none, or another encoder, is refused with the remedy."""
    texts = ["the good is not bad", "bad is the is", "is is the the"]
    write_hugging_face(made / MODEL, tmp_path)
    scorer = load_scorer(f"torch:{tmp_path}")
    assert scorer.model_version == "tiny-1+torch"
    found, own = (one.score(texts) for one in (scorer, load_scorer(str(made / MODEL))))
    assert found.probabilities == pytest.approx(own.probabilities, abs=0.05)
    assert read_figures(tmp_path) == read_figures(made / MODEL)
    shutil.copyfile(Path(run.base) / "model.safetensors", tmp_path / "model.safetensors")
    with pytest.raises(ModelError, match=r"model\.safetensors has SHA-256"):
        load_scorer(f"torch:{tmp_path}")
    with pytest.raises(ModelError, match=r"python -m models\.export\.hugging_face MODEL"):
        load_scorer(f"torch:{run.base}")


def changed_base(folder: Path, **fields: object) -> Path:
    """A tiny base whose `config.json` says something else."""
    config = json.loads((write_tiny_base(folder) / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **fields}))
    return folder


def test_positions_of_xlm_r_begin_behind_its_padding(run, data, tmp_path):
    """The graph reads each token's place where the network does."""
    kind = {"model_type": "xlm-roberta", "architectures": ["XLMRobertaModel"]}
    base = changed_base(tmp_path / "base", **kind)
    rounded = {name: torch.from_numpy(value) for name, value in weights().items()}
    rounded[WORDS] = torch.from_numpy(dequantise_blocks(quantise_blocks(weights()[WORDS])))
    save_file(rounded, base / "model.safetensors", metadata={"format": "pt"})
    untrained = replace(run, base=str(base), layers=None, minutes=0, targets_minutes=0.0)
    make(untrained, read_sets(untrained, data), tmp_path / "out", Standard(), lambda _: None)
    network, tokenizer = load_network(untrained)
    network.eval()
    graph = OnnxEncoder(tmp_path / "out" / MODEL, prefix="", max_tokens=128)
    for text in ("the good is not bad", "not", "abcdefg hij " * 2):
        ids = torch.tensor([tokenizer.encode(text).ids])
        mask = torch.ones_like(ids, dtype=torch.bool)
        with torch.no_grad():
            embedding = network.embed(network.states(ids, mask), mask)[0].numpy() / HIDDEN**0.5
        assert graph.encode([text])[0] @ embedding > 0.99


@pytest.mark.parametrize(
    "fields",
    [
        *({"model_type": kind} for kind in ("distilbert", "modernbert", "deberta-v2", "albert")),
        {"model_type": "electra"},
        {"hidden_act": "relu"},
        {"max_position_embeddings": 100},
    ],
    ids=str,
)
def test_a_base_that_cannot_be_shipped_is_not_trained(run, data, tmp_path, fields):
    """The message says which ones can."""
    base, sets = changed_base(tmp_path / "base", **fields), read_sets(run, data)
    with pytest.raises(
        ModelError,
        match=r"cannot become an int8 graph.*supported are .*bert, roberta.*backend: torch",
    ):
        train(replace(run, base=str(base)), sets, tmp_path / "out", lambda _: None)
    assert not (tmp_path / "out" / WEIGHTS).exists()


def test_a_base_with_other_pieces_is_not_trained(run, tmp_path):
    """They could not be cut to those in use."""
    base = write_tiny_base(tmp_path)
    words = {
        "type": "WordPiece",
        "unk_token": "<unk>",
        "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100,
        "vocab": {"<unk>": 0, "a": 1},
    }
    tokenizer = json.loads((base / "tokenizer.json").read_text())
    (base / "tokenizer.json").write_text(json.dumps({**tokenizer, "model": words}))
    with pytest.raises(ModelError, match="tokenizer is 'WordPiece'"):
        load_network(replace(run, base=str(base)))
