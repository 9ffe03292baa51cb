"""Flows: all that happens over time. No terminal here: progress is told as typed events.

The rooms, each using only the ones above it:

    events, context, backoff   what every flow needs: events to tell, the outside, pauses
    files       where results go: Target is what -o means, OutputSlot the n-th place of it
    jobs        how a job stands: its record, when to poll, the one loop that waits
    transfer    bytes over the wire: fetch a result, upload a file
    recipe      how a result was made, and where that is written down
    submit      sent once, never twice: claim a slot, submit, reconcile, recover
    download    saved whole: save one finished job, collect several, `krea download`
    generate    one request: its draft, its seeds, its plan, its run
    batch       a list of requests: check/ reads it, run/ makes it

One `krea generate "a red fox" -o fox.png` in ten steps:

    1. commands/generate/inputs.py   read the options; build_requests checks every field
    2. generate/plan.py              look at the target, draw the seed, upload the files
    3. generate/draft.py             build the draft of the row
    4. submit/claim.py               insert it into the ledger and lock the part file
    5. submit/submit.py              record `sending`, then POST; the only place that sends
    6. submit/reconcile.py           only if the answer got lost: look for the job in the list
    7. jobs/watch.py                 poll the job when poll_schedule.py says so
    8. jobs/wait.py                  wait until it has ended
    9. transfer/fetch.py             stream the result into the part file
    10. download/save.py             publish it under its name, record it in the ledger
"""
