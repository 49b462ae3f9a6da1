"""The compiled kernel against NumPy, against ONNX Runtime, and alone against in company."""

import ctypes
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.kernel.build import VARIANTS, compiled, library
from models.kernel.library import Kernel
from models.kernel.weights import (
    MOST_CODE,
    DenseWeights,
    EncoderWeights,
    UnknownGraphError,
    dense_weights,
    fits_deep,
    packed,
    read_weights,
)
from models.onnx_encoder import GRAPH, OnnxEncoder, RuntimeLayers
from models.scorer import SHIPPED

ROWS = [[5, 9, 7], [8] * 70, [11], list(range(4, 40)), [6, 6]]
WIDTH = 384
COMPILER = shutil.which("cc")


@pytest.fixture(scope="module")
def shipped() -> EncoderWeights:
    return read_weights(SHIPPED / GRAPH)


@pytest.fixture(scope="module")
def as_onnx_runtime() -> NDArray[np.float32]:
    return RuntimeLayers(SHIPPED / GRAPH).states(ROWS)


@pytest.fixture(scope="module", params=["portable", *VARIANTS])
def bound(request, tmp_path_factory) -> ctypes.CDLL:
    """Each way to compile that runs here; the portable one has the wide layout of AVX-512."""
    if COMPILER is None:
        pytest.skip("there is no C compiler")
    path = tmp_path_factory.mktemp("kernel") / "kernel.so"
    flags = VARIANTS.get(request.param, ("-DPORTABLE",))
    if not compiled(COMPILER, flags, path):
        pytest.skip("the compiler does not know this processor")
    found = ctypes.CDLL(str(path))
    if not found.runs_here():
        pytest.skip(f"this processor has no {request.param}")
    return found


def test_weights_are_those_of_the_graph(shipped):
    """The reader of the file finds what the library `onnx` finds."""
    onnx = pytest.importorskip("onnx", reason="the extra `export` is not installed")
    expected = {
        tensor.name: onnx.numpy_helper.to_array(tensor)
        for tensor in onnx.load(SHIPPED / GRAPH).graph.initializer
        if tensor.name != "words.codes"
    }
    layer = shipped.layers[1]
    assert (layer.outer.codes == expected["encoder.layer.1.output.dense.codes"]).all()
    assert (layer.projection.steps == expected["encoder.layer.1.attention.self.steps"]).all()
    assert (layer.norms[3] == expected["encoder.layer.1.output.LayerNorm.bias"]).all()
    assert (shipped.word_scales == expected["words.scales"].astype(np.float32)).all()


def test_whole_numbers_multiply_exactly(bound, shipped):
    """Nothing saturates, however large the codes: rows of 0 to 127 are kept as they are."""
    dice = np.random.default_rng(3)
    for most in (MOST_CODE, 20, 3):
        codes = dice.integers(-most, most + 1, (WIDTH, 3 * WIDTH)).astype(np.int8)
        codes[:, :7] = most
        codes[:, 7:11] = -most
        ones = np.ones(3 * WIDTH, np.float32)
        kernel = Kernel(bound, _with_projection(shipped, DenseWeights(codes, ones, 0 * ones)))
        rows = dice.choice([0, 1, 64, 126, 127], (48, WIDTH)).astype(np.float32)
        rows[:, :2] = 0, 127
        rows[5] = 127
        rows[5, 0] = 0
        assert (kernel.product(rows) == rows @ codes.astype(np.float32)).all()


def _with_projection(known: EncoderWeights, dense: DenseWeights) -> EncoderWeights:
    return replace(known, layers=[replace(known.layers[0], projection=dense)])


def test_deep_blocks_fit_into_16_bits():
    """Eight weights meet in 16 bits: their positive sum, 127 times, must stay below 2 to the 15."""
    codes = np.zeros((32, 16), np.int8)
    codes[:16, 3] = 32  # 8 x 32 x 127 = 32,512
    codes[:16, 11] = [33, -1] * 8  # 4 x 33 x 127 and so on: within
    assert fits_deep(packed(codes, 8)).tolist() == [True, True]
    codes[16:, 3] = 33  # 8 x 33 x 127 = 33,528
    codes[:16, 11] = -33
    assert fits_deep(packed(codes, 8)).tolist() == [False, False]


def test_kernel_answers_as_onnx_runtime(bound, shipped, as_onnx_runtime):
    """Token by token, on the same graph; both round, each in its way."""
    kernel = Kernel(bound, shipped)
    assert kernel.adds_up()
    found = kernel.states(ROWS)
    lengths = np.linalg.norm(found, axis=1) * np.linalg.norm(as_onnx_runtime, axis=1)
    likeness = (found * as_onnx_runtime).sum(axis=1) / lengths
    assert likeness.min() > 0.98
    assert likeness.mean() > 0.99


def test_a_text_alone_and_in_company(bound, shipped):
    """Not one bit of a text's states depends on the texts beside it, nor on what ran before."""
    kernel = Kernel(bound, shipped)
    together = kernel.states(ROWS)
    starts = np.cumsum([0, *map(len, ROWS)])
    for row, start, end in zip(ROWS, starts, starts[1:], strict=False):
        assert (kernel.states([row]) == together[start:end]).all()


def test_a_wrong_product_is_noticed(bound, shipped):
    """A machine on which the kernel computes nonsense falls back to ONNX Runtime."""
    kernel = Kernel(bound, shipped)
    kernel._first = replace(kernel._first, codes=np.roll(kernel._first.codes, 1, axis=0))
    assert not kernel.adds_up()


def test_tokens_unknown_to_the_encoder_are_refused(bound, shipped):
    """No read behind the tables."""
    kernel = Kernel(bound, shipped)
    for row in ([10**6], [-1], [5] * 129):
        with pytest.raises(ValueError, match="does not know"):
            kernel.states([row])


def test_other_graphs_are_left_to_onnx_runtime(tmp_path):
    """Such as one with weights of 8 bits or of odd shapes, or a file that is no graph."""
    codes, ones = np.zeros((64, 32), np.int8), np.ones(32, np.float32)
    dense_weights(codes, ones, ones)
    with pytest.raises(ValueError, match="a matrix of"):
        dense_weights(codes[:20], ones, ones)
    codes[3, 3] = MOST_CODE + 1
    with pytest.raises(ValueError, match="7 bits"):
        dense_weights(codes, ones, ones)
    for text in (b"", b"no graph", b"\x3a\xff\xff\xff\xff", b"\x3a\x00"):
        (tmp_path / GRAPH).write_bytes(text)
        with pytest.raises(UnknownGraphError):
            read_weights(tmp_path / GRAPH)


def test_without_the_kernel_the_graph_still_runs(monkeypatch):
    """Where nothing was compiled, and where ONNX Runtime is asked for."""
    plain = OnnxEncoder(SHIPPED, prefix="", max_tokens=128, compiled=False)
    assert isinstance(plain._layers, RuntimeLayers)
    monkeypatch.setattr("models.kernel.library.library", lambda variant: Path("/no", variant))
    missing = OnnxEncoder(SHIPPED, prefix="", max_tokens=128)
    assert (missing.encode(["the good"]) == plain.encode(["the good"])).all()


def test_a_changed_source_has_another_name(monkeypatch, tmp_path):
    """So that no library is ever older than its source."""
    before = library("avx2")
    source = tmp_path / "encoder.c"
    source.write_text("int lanes(void) { return 8; }")
    monkeypatch.setattr("models.kernel.build.SOURCE", source)
    assert library("avx2") != before
