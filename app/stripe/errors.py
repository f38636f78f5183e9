"""What can become of a call to the payment provider. What to do next is a property of the error, not of the caller."""


class PaymentError(Exception):
    """`known`: the provider has answered for good, and nothing was made. Otherwise it may have been made all the same.

    `retry`: the same words under the same key may fare better. `look_up`: they will not, since the answer is kept
    under the key; what they led to has to be found by other means. `code` and `param` are the provider's, such as
    amount_too_small and line_items: https://docs.stripe.com/error-codes
    """

    def __init__(self, words: str, *, code: str = "", param: str = "") -> None:
        super().__init__(words)
        self.code, self.param = code, param

    known = False
    retry = False
    look_up = False


class Declined(PaymentError):
    """402: the payer's bank or card says no."""

    known = True


class Rejected(PaymentError):
    """A definitive 4xx: asking again in the same words is of no use."""

    known = True


class NotFound(Rejected):
    """404: there is no such thing at the provider, or not for our key."""


class Misconfigured(Rejected):
    """401 or 403: our key is wrong, or may not do this."""


class Unavailable(PaymentError):
    """Not sent: too many calls are under way, or the provider has hung on the last ones."""


class Unknown(PaymentError):
    """Time-out, torn connection, 409, 429, 5xx, or an answer that makes no sense."""

    retry = True


class Stuck(Unknown):
    """A 500 that is replayed from the provider's memory, or a key that stands for other words."""

    retry = False
    look_up = True
