"""A Krea of your own: the other side of the wire, free of charge, on the loopback interface only.

It imports none of the client, so that a mistake of the client cannot hide behind the same mistake
here. What it knows of the models is the embedded snapshot, read as data, or any OpenAPI document.
"""
