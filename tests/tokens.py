"""The tokens that tests use. Their secrets occur nowhere else, so that each can be searched for."""

SECRETS = (
    "secret-of-the-sandbox-7b1f0c52d9",
    "SeCret-of-the-key-1c94e6aa03",
    "secret-of-another-key-58d20fb7e1",
    "secret-of-a-login-e3077ac61f",
)
SANDBOX = f"sandbox-key:{SECRETS[0]}"
KEY = f"key-1:{SECRETS[1]}"
OTHER_KEY = f"key-2:{SECRETS[2]}"
# Its key id is long enough for its beginning to be shown.
LOGIN = f"0123456789abcdef:{SECRETS[3]}"
