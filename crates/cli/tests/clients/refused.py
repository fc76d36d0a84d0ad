"""What the SDK makes of a refusal."""

from msgraph_beta.generated.models.o_data_errors.o_data_error import ODataError


async def refused(status, code, request):
    """Sends a request that must be refused so, with a message and the id of the request."""
    try:
        await request
    except ODataError as error:
        seen = (error.response_status_code, error.error.code)
        assert seen == (status, code), (seen, error.error.message)
        assert error.error.message
        assert error.error.inner_error.request_id, "no request-id"
    else:
        raise AssertionError(f"not refused: {code}")
