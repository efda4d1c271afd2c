"""Services that tests make up, in the place of those that the site looks at."""

import time
from dataclasses import dataclass, field

from cms.core.watching import services
from cms.core.watching.services import Service


@dataclass
class Pretended:
    """Services that tests make: `pretended.service("cache", takes=30)`."""

    looks: list = field(default_factory=list)

    def service(self, name, *, fails="", takes=0.0, **options) -> None:
        def look():
            self.looks.append(name)
            time.sleep(takes)
            if fails:
                raise OSError(fails)

        services.add(Service(name, look, f"Mend the {name}.", **options))
