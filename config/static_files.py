"""Static files under names that carry their content, JavaScript modules included."""

from __future__ import annotations

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORTS = HashedFilesMixin._js_module_import_aggregation_patterns[1]  # type: ignore[attr-defined]


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Also rewrite the imports between our modules, so that a new release never mixes with cached old ones.

    Only ours (js/): Django's rewriting stumbles over packaged scripts that import by commented or computed names.
    """

    patterns = (*HashedFilesMixin.patterns, ("js/*.js", IMPORTS))
