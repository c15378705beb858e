"""Makes files of this folder, each with the examples that tests/xray/columns.rs has: `pip install pyarrow polars pandas`.

The numbers are multiples of 1/16, which half precision holds. Names of files say who wrote them, and what.
"""

import polars as pl
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

LOGIT = [((i * 11) % 29 - 14) / 16 for i in range(40)]
LABEL = [int(i % 3 == 0) for i in range(40)]
GROUP = [f"g{i % 4}" for i in range(40)]
P = [[(1 + i % 7) / 16, (1 + i % 5) / 16, (14 - i % 7 - i % 5) / 16] for i in range(40)]
CLASS = [i % 3 for i in range(40)]


def stream(name, batches, **options):
    with ipc.new_stream(name, batches[0].schema, options=ipc.IpcWriteOptions(**options)) as writer:
        for batch in batches:
            writer.write_batch(batch)


def two():
    """Two classes."""
    d = pl.DataFrame({"logit": LOGIT, "label": LABEL, "group": GROUP})
    d.write_ipc("polars-plain.arrow")
    d.write_ipc("polars-lz4.arrow", compression="lz4")
    d.write_ipc("polars-zstd.arrow", compression="zstd", record_batch_size=16)
    d.write_ipc("polars-oldest.arrow", compat_level=pl.CompatLevel.oldest())
    d.write_ipc_stream("polars-plain.arrows", compression="uncompressed")
    d.write_ipc_stream("polars-zstd.arrows", compression="zstd")
    names = d.with_columns(
        pl.col("group").cast(pl.Categorical), pl.col("label").cast(pl.String).cast(pl.Enum(["0", "1"]))
    )
    names.write_ipc("polars-categorical.arrow")
    names.write_ipc_stream("polars-categorical.arrows", compression="uncompressed")
    names.write_parquet("polars-categorical.parquet")
    d.with_columns(pl.col("label") == 1, pl.col("logit").cast(pl.Decimal(12, 4))).write_ipc("polars-types.arrow")
    d.with_columns(pl.col("logit").cast(pl.String)).write_ipc("polars-words.arrow")
    d.to_pandas().to_feather("pandas.feather")
    d.to_pandas().set_index(d["group"].to_pandas() + "i").to_parquet("pandas-index.parquet")

    t = pa.table({"logit": pa.array(LOGIT, pa.float16()), "label": pa.array(LABEL, pa.uint8()), "group": GROUP})
    for name, kind in [("large", pa.large_string()), ("views", pa.string_view()), ("names", pa.dictionary(pa.int8(), pa.string()))]:
        feather.write_feather(t.set_column(2, "group", t["group"].cast(kind)), f"pyarrow-{name}.feather", compression="uncompressed")
    # Views of every length before the numbers, in batches, with a hole.
    wide = pa.table(
        {
            "note": pa.array([f"a note of more than twelve bytes, {i}".encode() for i in range(40)], pa.binary_view()),
            "label": pa.array([["no", "yes"][k] for k in LABEL], pa.string_view()),
            "group": pa.array([None if i == 8 else f"group of a longer name {i % 4}" if i % 2 else f"g{i % 4}" for i in range(40)], pa.string_view()),
            "logit": pa.array(LOGIT),
        }
    )
    with ipc.new_file("pyarrow-views-first.arrow", wide.schema) as writer:
        writer.write_table(wide, max_chunksize=16)
    stream("pyarrow-views-first.arrows", wide.to_batches(16), compression="zstd")
    lists = pa.table(
        {
            "note": wide["note"],
            "probs": pa.array(P, pa.list_(pa.float64())),
            "label": pa.array([["first class, spelled out", "b", "c"][k] for k in CLASS], pa.string_view()),
            "hole": pa.array([None if i % 3 else 0.5 for i in range(40)]),
        }
    )
    feather.write_feather(lists, "pyarrow-views-lists.feather", compression="uncompressed")
    label = pa.array(LABEL, pa.int8())
    names = pa.DictionaryArray.from_arrays(pa.array(LABEL, pa.int8()), pa.array(["no", "yes"]))
    t = pa.table({"logit": pa.array(LOGIT), "label": names, "group": pa.array(GROUP, pa.binary())})
    feather.write_feather(t, "pyarrow-yes.feather", compression="uncompressed")
    # The lists of names grow, or others take their place.
    part = lambda names, rows: pa.record_batch(
        {
            "logit": pa.array([LOGIT[i] for i in rows]),
            "label": pa.array([LABEL[i] for i in rows]),
            "group": pa.DictionaryArray.from_arrays(pa.array([names.index(GROUP[i]) for i in rows], pa.int8()), pa.array(names)),
        }
    )
    grow = [part(["g0", "g1"], [0, 1]), part(["g0", "g1", "g2", "g3"], range(2, 40))]
    stream("pyarrow-delta.arrows", grow, emit_dictionary_deltas=True)
    stream("pyarrow-replaced.arrows", [part(["g0", "g1"], [0, 1]), part(["g3", "g2", "g1", "g0"], range(2, 40))])
    with ipc.new_file("pyarrow-delta.arrow", grow[0].schema, options=ipc.IpcWriteOptions(emit_dictionary_deltas=True)) as writer:
        for batch in grow:
            writer.write_batch(batch)


def several():
    """Three classes, in lists."""
    kinds = {
        "list": pa.list_(pa.float64()),
        "large": pa.large_list(pa.float32()),
        "fixed": pa.list_(pa.float16(), 3),
        "whole": pa.list_(pa.int8()),
    }
    for name, kind in kinds.items():
        p = [[int(16 * v) for v in row] for row in P] if name == "whole" else P
        column = "logits" if name == "whole" else "probs"
        t = pa.table({column: pa.array(p, kind), "label": CLASS})
        feather.write_feather(t, f"pyarrow-{name}-lists.feather", compression="zstd", chunksize=16)
        pq.write_table(t, f"pyarrow-{name}-lists.parquet", row_group_size=16)
    d = pl.DataFrame({"probs": P, "label": CLASS})
    for name, kind in {"list": pl.List(pl.Float64), "array": pl.Array(pl.Float32, 3)}.items():
        d.with_columns(pl.col("probs").cast(kind)).write_ipc(f"polars-{name}-lists.arrow")
        d.with_columns(pl.col("probs").cast(kind)).write_parquet(f"polars-{name}-lists.parquet")
    # Lists that are not there in the first row; one too short, one with a hole, one that is not there.
    for name, rows in {"short": {5: [0.5, 0.5]}, "hole": {5: [0.5, None, 0.5]}, "none": {5: None}}.items():
        t = pa.table({"probs": [rows.get(i, P[i]) for i in range(40)], "label": CLASS})
        feather.write_feather(t, f"pyarrow-{name}-lists.feather", compression="uncompressed")
        pq.write_table(t, f"pyarrow-{name}-lists.parquet")


two()
several()
