"""What can become of a call to the payment provider. Whether the outcome is known is a property of the error."""


class PaymentError(Exception):
    """`known`: the provider has answered, and nothing was made. Otherwise it may have been made all the same."""

    known = False
    retry = True


class Declined(PaymentError):
    """402: the payer's bank or card says no."""

    known = True
    retry = False


class Rejected(PaymentError):
    """A definitive 4xx: asking again in the same words is of no use."""

    known = True
    retry = False


class Misconfigured(Rejected):
    """401 or 403: our key is wrong, or may not do this."""


class Unknown(PaymentError):
    """Time-out, torn connection, 409, 429, 5xx, or an answer that makes no sense."""


class Mismatch(Unknown):
    """The key was used with other words before; what those led to has to be looked up."""

    retry = False
