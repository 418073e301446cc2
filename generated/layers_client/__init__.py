"""Layers Partner API, content items

    from layers_client import Layers

    layers = Layers()  # the key is read from LAYERS_API_KEY

Importing this package costs next to nothing; what is used is imported when it is first asked for.
"""

from __future__ import annotations

__version__ = "1.1.0"

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .client import AsyncLayers, Layers
    from .errors import (
        APIConnectionError,
        APIStatusError,
        APITimeoutError,
        AuthenticationError,
        BadGatewayError,
        BadRequestError,
        ClientError,
        ConfigurationError,
        ConflictError,
        ContentTooLargeError,
        ForbiddenScopeError,
        GatewayTimeoutError,
        GoneError,
        IdempotencyConflictError,
        InternalServerError,
        JobCanceledError,
        JobError,
        JobFailedError,
        KillSwitchError,
        LayersError,
        MethodNotAllowedError,
        NotFoundError,
        PaginationError,
        PermissionDeniedError,
        RateLimitedError,
        RequestTimeoutError,
        ResponseDecodeError,
        ServerError,
        ServiceUnavailableError,
        TooEarlyError,
        TooManyRequestsError,
        UnauthenticatedError,
        UnprocessableContentError,
        UnsupportedMediaTypeError,
        ValidationError,
        WaitTimeoutError,
    )
    from .handles import AsyncJobHandle, JobHandle
    from .types import UNSET, AsyncPager, Pager, Response, Unset
else:
    _PLACES = {
        "AsyncLayers": "client",
        "Layers": "client",
        "APIConnectionError": "errors",
        "APIStatusError": "errors",
        "APITimeoutError": "errors",
        "AuthenticationError": "errors",
        "BadGatewayError": "errors",
        "BadRequestError": "errors",
        "ClientError": "errors",
        "ConfigurationError": "errors",
        "ConflictError": "errors",
        "ContentTooLargeError": "errors",
        "ForbiddenScopeError": "errors",
        "GatewayTimeoutError": "errors",
        "GoneError": "errors",
        "IdempotencyConflictError": "errors",
        "InternalServerError": "errors",
        "JobCanceledError": "errors",
        "JobError": "errors",
        "JobFailedError": "errors",
        "KillSwitchError": "errors",
        "LayersError": "errors",
        "MethodNotAllowedError": "errors",
        "NotFoundError": "errors",
        "PaginationError": "errors",
        "PermissionDeniedError": "errors",
        "RateLimitedError": "errors",
        "RequestTimeoutError": "errors",
        "ResponseDecodeError": "errors",
        "ServerError": "errors",
        "ServiceUnavailableError": "errors",
        "TooEarlyError": "errors",
        "TooManyRequestsError": "errors",
        "UnauthenticatedError": "errors",
        "UnprocessableContentError": "errors",
        "UnsupportedMediaTypeError": "errors",
        "ValidationError": "errors",
        "WaitTimeoutError": "errors",
        "AsyncJobHandle": "handles",
        "JobHandle": "handles",
        "UNSET": "types",
        "AsyncPager": "types",
        "Pager": "types",
        "Response": "types",
        "Unset": "types",
    }

    def __getattr__(name):
        if name not in _PLACES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
        globals()[name] = value
        return value

    def __dir__():
        return sorted({*globals(), *_PLACES})


__all__ = (
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncJobHandle",
    "AsyncLayers",
    "AsyncPager",
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
    "JobHandle",
    "KillSwitchError",
    "Layers",
    "LayersError",
    "MethodNotAllowedError",
    "NotFoundError",
    "Pager",
    "PaginationError",
    "PermissionDeniedError",
    "RateLimitedError",
    "RequestTimeoutError",
    "Response",
    "ResponseDecodeError",
    "ServerError",
    "ServiceUnavailableError",
    "TooEarlyError",
    "TooManyRequestsError",
    "UNSET",
    "UnauthenticatedError",
    "UnprocessableContentError",
    "Unset",
    "UnsupportedMediaTypeError",
    "ValidationError",
    "WaitTimeoutError",
)
