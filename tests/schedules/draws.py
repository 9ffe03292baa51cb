"""Values for schedules to draw: faults of the service, kills, pauses, and bounds."""

from hypothesis import strategies as st

from tests.schedules.service import PostFault

MAX_PROMPTS = 12  # of one schedule
MAX_AGAINS = 4
FAULTS = st.one_of(
    st.builds(PostFault, travel=st.sampled_from((0.1, 0.2, 1.5)), answer=st.just("job")),
    st.builds(
        PostFault,
        travel=st.sampled_from((0.1, 0.8, 2.5)),
        made=st.sampled_from((0.0, None)),
        answer=st.sampled_from(("lost", "kill", "524", "503-proxy")),
    ),
    st.builds(PostFault, made=st.none(), answer=st.sampled_from(("429", "503", "402"))),
)
LATE_FAULTS = st.builds(
    PostFault,
    made=st.sampled_from((3.5, 8.0, 40.0, 120.0, 400.0)),
    answer=st.sampled_from(("lost", "kill", "524", "503-proxy")),
)
FAILURES = st.builds(
    PostFault, answer=st.sampled_from(("job", "job", "lost", "kill")), fails=st.just(True)
)
PARTS = st.sampled_from(((), (), ("--first", "1"), ("--lines", "3"), ("--filter", "p1")))
KILLS = st.one_of(st.none(), st.none(), st.integers(1, 60))
# A picture is saved by the effects 24 to 40 of its command; files are moved by the first 12.
SAVING_KILLS = st.one_of(st.none(), st.integers(1, 60), st.integers(24, 44))
MOVING_KILLS = st.one_of(st.none(), st.none(), st.integers(1, 14))
GAPS = st.sampled_from((0.0, 0.1, 0.5, 4.0))
EXTENSIONS = st.sampled_from(("png", "png", "jpg"))  # jpg: by --convert
