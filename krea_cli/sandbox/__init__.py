"""An embedded Krea: the service's side of the API, free of charge, on the loopback interface only.

It imports none of the client, so that no mistake of the client can hide behind an equal one here.
It reads its models from the embedded snapshot, or from any OpenAPI document.
"""
