"""The migration for sums over the cost of requests, which triggers keep."""


def _add_to_sums(row: str, sign: str) -> str:
    """The statements of a trigger that add ROW, OLD or NEW, to the sums; or take it out by SIGN."""
    amounts = f"{sign} coalesce({row}.cost, 0), {sign} ({row}.cost IS NULL)"
    amounts += f", {sign} ({row}.charged != 'yes')"
    update = (
        "DO UPDATE SET priced = priced + excluded.priced,"
        " unpriced = unpriced + excluded.unpriced, open = open + excluded.open"
    )
    return f"""
        INSERT INTO batch_sums SELECT {row}.base, {row}.account, {row}.batch, {amounts}
            WHERE {row}.batch IS NOT NULL ON CONFLICT (base, account, batch) {update};
        INSERT INTO quarter_sums
            SELECT {row}.base, {row}.account, CAST({row}.sent_at AS INTEGER) / 900, {amounts}
            WHERE true ON CONFLICT (base, account, quarter) {update};"""


# The sums of what requests cost, in millionths of a dollar, kept by triggers: a cap is looked at
# before every submit. `priced` is the sum of those with a price, `unpriced` the number of others,
# `open` the number of those, in either, that are not known as billed. `quarter` numbers the
# quarters of an hour since 1970.
COUNTED = "{row}.sent_at IS NOT NULL AND {row}.charged != 'no'"
COUNTED_OLD, COUNTED_NEW = COUNTED.format(row="OLD"), COUNTED.format(row="NEW")
SUMMED_COLUMNS = "base, account, batch, sent_at, charged, cost"
SUMS = "priced INTEGER NOT NULL, unpriced INTEGER NOT NULL, open INTEGER NOT NULL"
SUM_AMOUNTS = "coalesce(sum(cost), 0), count(*) - count(cost), coalesce(sum(charged != 'yes'), 0)"
ADD_SUMS = (
    f"""CREATE TABLE batch_sums (
        base TEXT NOT NULL, account TEXT NOT NULL, batch TEXT NOT NULL, {SUMS},
        PRIMARY KEY (base, account, batch)
    ) WITHOUT ROWID""",
    f"""CREATE TABLE quarter_sums (
        base TEXT NOT NULL, account TEXT NOT NULL, quarter INTEGER NOT NULL, {SUMS},
        PRIMARY KEY (base, account, quarter)
    ) WITHOUT ROWID""",
    f"""CREATE TRIGGER sum_inserted AFTER INSERT ON requests WHEN {COUNTED_NEW}
        BEGIN {_add_to_sums("NEW", "+")} END""",
    f"""CREATE TRIGGER sum_deleted AFTER DELETE ON requests WHEN {COUNTED_OLD}
        BEGIN {_add_to_sums("OLD", "-")} END""",
    f"""CREATE TRIGGER sum_left AFTER UPDATE OF {SUMMED_COLUMNS} ON requests WHEN {COUNTED_OLD}
        BEGIN {_add_to_sums("OLD", "-")} END""",
    f"""CREATE TRIGGER sum_joined AFTER UPDATE OF {SUMMED_COLUMNS} ON requests WHEN {COUNTED_NEW}
        BEGIN {_add_to_sums("NEW", "+")} END""",
    f"""INSERT INTO batch_sums SELECT base, account, batch, {SUM_AMOUNTS} FROM requests
        WHERE sent_at IS NOT NULL AND charged != 'no' AND batch IS NOT NULL GROUP BY 1, 2, 3""",
    f"""INSERT INTO quarter_sums
        SELECT base, account, CAST(sent_at AS INTEGER) / 900, {SUM_AMOUNTS} FROM requests
        WHERE sent_at IS NOT NULL AND charged != 'no' GROUP BY 1, 2, 3""",
)
