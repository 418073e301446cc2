"""Every error that a call can raise.

LayersError
├── ConfigurationError                  the client cannot work as asked; nothing was sent
├── APIConnectionError                  no answer
│   └── APITimeoutError                 no answer in time
├── APIStatusError                      an answer that is no success
│   ├── ClientError                     4xx
│   │   ├── BadRequestError              400
│   │   ├── AuthenticationError          401
│   │   │   └── UnauthenticatedError     UNAUTHENTICATED
│   │   ├── PermissionDeniedError        403
│   │   │   └── ForbiddenScopeError      FORBIDDEN_SCOPE
│   │   ├── NotFoundError                404
│   │   ├── MethodNotAllowedError        405
│   │   ├── RequestTimeoutError          408
│   │   ├── ConflictError                409
│   │   │   └── IdempotencyConflictError IDEMPOTENCY_CONFLICT
│   │   ├── GoneError                    410
│   │   ├── ContentTooLargeError         413
│   │   ├── UnsupportedMediaTypeError    415
│   │   ├── UnprocessableContentError    422
│   │   │   └── ValidationError          VALIDATION
│   │   ├── TooEarlyError                425
│   │   └── TooManyRequestsError         429
│   │       └── RateLimitedError         RATE_LIMITED
│   └── ServerError                     5xx
│       ├── InternalServerError          500
│       ├── BadGatewayError              502
│       ├── ServiceUnavailableError      503
│       │   └── KillSwitchError          KILL_SWITCH
│       └── GatewayTimeoutError          504
├── ResponseDecodeError                 a success that is not what the document says
├── PaginationError                     a list that would go on for ever
└── JobError                            a wait that ended without success
    ├── JobFailedError
    ├── JobCanceledError
    └── WaitTimeoutError                the job goes on
"""

from ._runtime.errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    ConfigurationError,
    JobCanceledError,
    JobError,
    JobFailedError,
    LayersError,
    PaginationError,
    ResponseDecodeError,
    WaitTimeoutError,
)

__all__ = [
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "AuthenticationError",
    "BadGatewayError",
    "BadRequestError",
    "ClientError",
    "ConfigurationError",
    "ConflictError",
    "ContentTooLargeError",
    "ForbiddenScopeError",
    "GatewayTimeoutError",
    "GoneError",
    "IdempotencyConflictError",
    "InternalServerError",
    "JobCanceledError",
    "JobError",
    "JobFailedError",
    "KillSwitchError",
    "LayersError",
    "MethodNotAllowedError",
    "NotFoundError",
    "PaginationError",
    "PermissionDeniedError",
    "RateLimitedError",
    "RequestTimeoutError",
    "ResponseDecodeError",
    "ServerError",
    "ServiceUnavailableError",
    "TooEarlyError",
    "TooManyRequestsError",
    "UnauthenticatedError",
    "UnprocessableContentError",
    "UnsupportedMediaTypeError",
    "ValidationError",
    "WaitTimeoutError",
]


class ClientError(APIStatusError):
    """4xx: the server refuses the call as it is."""


class ServerError(APIStatusError):
    """5xx: the server could not carry the call out."""


class BadRequestError(ClientError):
    """400: bad request."""


class AuthenticationError(ClientError):
    """401: authentication."""


class PermissionDeniedError(ClientError):
    """403: permission denied."""


class NotFoundError(ClientError):
    """404: not found."""


class MethodNotAllowedError(ClientError):
    """405: method not allowed."""


class RequestTimeoutError(ClientError):
    """408: request timeout."""


class ConflictError(ClientError):
    """409: conflict."""


class GoneError(ClientError):
    """410: gone."""


class ContentTooLargeError(ClientError):
    """413: content too large."""


class UnsupportedMediaTypeError(ClientError):
    """415: unsupported media type."""


class UnprocessableContentError(ClientError):
    """422: unprocessable content."""


class TooEarlyError(ClientError):
    """425: too early."""


class TooManyRequestsError(ClientError):
    """429: too many requests."""


class InternalServerError(ServerError):
    """500: internal server."""


class BadGatewayError(ServerError):
    """502: bad gateway."""


class ServiceUnavailableError(ServerError):
    """503: service unavailable."""


class GatewayTimeoutError(ServerError):
    """504: gateway timeout."""


class UnauthenticatedError(AuthenticationError):
    """`UNAUTHENTICATED`, with 401."""


class ForbiddenScopeError(PermissionDeniedError):
    """`FORBIDDEN_SCOPE`, with 403."""


class IdempotencyConflictError(ConflictError):
    """`IDEMPOTENCY_CONFLICT`, with 409."""


class ValidationError(UnprocessableContentError):
    """`VALIDATION`, with 422."""


class RateLimitedError(TooManyRequestsError):
    """`RATE_LIMITED`, with 429."""


class KillSwitchError(ServiceUnavailableError):
    """`KILL_SWITCH`, with 503."""


BY_CODE: dict[str, type[APIStatusError]] = {
    "UNAUTHENTICATED": UnauthenticatedError,
    "FORBIDDEN_SCOPE": ForbiddenScopeError,
    "NOT_FOUND": NotFoundError,
    "CONFLICT": ConflictError,
    "IDEMPOTENCY_CONFLICT": IdempotencyConflictError,
    "VALIDATION": ValidationError,
    "RATE_LIMITED": RateLimitedError,
    "KILL_SWITCH": KillSwitchError,
}
"""The class for each documented code."""

BY_STATUS: dict[int, type[APIStatusError]] = {
    4: ClientError,
    5: ServerError,
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    405: MethodNotAllowedError,
    408: RequestTimeoutError,
    409: ConflictError,
    410: GoneError,
    413: ContentTooLargeError,
    415: UnsupportedMediaTypeError,
    422: UnprocessableContentError,
    425: TooEarlyError,
    429: TooManyRequestsError,
    500: InternalServerError,
    502: BadGatewayError,
    503: ServiceUnavailableError,
    504: GatewayTimeoutError,
}
"""The class for a status whose code is not known; below 10 for the first digit of one."""
