"""What can go wrong, as one tree.

::

    MienError
    ├── ConfigurationError    a setting is unknown, malformed or contradictory
    ├── CameraError           no camera, no permission, or it was unplugged
    ├── ImageError            a picture or video that cannot be read
    ├── DecodingError         an audio file that cannot be read
    ├── SoundError            no device to play sound on
    ├── ArtifactError         a model artifact that is missing, damaged or of another version
    ├── DatasetError          labelled data that training or evaluation cannot use
    ├── StoreError            the database
    │   ├── NotFoundError     what was named is not in the library
    │   ├── ConflictError     what is there already stands against it
    │   └── StoreBusyError    another process holds the database
    ├── InteropError          a playlist or listening history that cannot be read or written
    ├── RequestError          what was asked of the server cannot be done as it was asked
    │   └── TooLargeError     more was sent than is taken
    └── AccessError           who asks may not have it
        ├── SignedOutError    nobody is signed in
        ├── ForbiddenError    somebody is, but it is not theirs to do
        └── ThrottledError    too often: wait

A message says what is wrong and what to do about it, in one line. Errors are raised where they are known
and caught in two places: the command line and the web front end. No error is ever replaced by a guess.
"""


class MienError(Exception):
    """Anything that Mien can name as having gone wrong."""


class ConfigurationError(MienError):
    """A setting is unknown, malformed or contradicts another."""


class CameraError(MienError):
    """No camera, no permission to use it, or it went away."""


class ImageError(MienError):
    """A picture or video cannot be read."""


class DecodingError(MienError):
    """An audio file cannot be read."""


class SoundError(MienError):
    """There is no device to play sound on, or it refused."""


class ArtifactError(MienError):
    """A model artifact is missing, damaged or made for another version."""


class DatasetError(MienError):
    """Labelled data cannot be used for training or evaluation."""


class StoreError(MienError):
    """The database cannot do what was asked."""


class NotFoundError(StoreError):
    """What was named is not in the library."""


class ConflictError(StoreError):
    """What is there already stands against it, such as a name that is taken."""


class StoreBusyError(StoreError):
    """Another process holds the database; trying again may help."""


class InteropError(MienError):
    """A playlist or listening history cannot be read or written."""


class RequestError(MienError):
    """What was asked of the server cannot be done as it was asked."""


class TooLargeError(RequestError):
    """More was sent than the server takes."""


class AccessError(MienError):
    """Who asks may not have it."""


class SignedOutError(AccessError):
    """Nobody is signed in, or the name and password do not belong together."""


class ForbiddenError(AccessError):
    """Somebody is signed in, but it is not theirs to do."""


class ThrottledError(AccessError):
    """Too often.

    Attributes:
        retry_after_s: how long to wait, in seconds.
    """

    def __init__(self, message: object, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
