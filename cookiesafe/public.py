"""The public names, and where they are from: imported when ``cookiesafe`` is first asked for one of them."""

from .adapters.key_sources import keys_from as keys_from
from .adapters.key_sources import keys_from_env as keys_from_env
from .adapters.key_sources import keys_from_file as keys_from_file
from .carry import Carried as Carried
from .carry import CarryTerms as CarryTerms
from .current import current_visit as current_visit
from .errors import BadCarry as BadCarry
from .errors import CarryTooLarge as CarryTooLarge
from .errors import CookieSafeError as CookieSafeError
from .errors import NotFresh as NotFresh
from .errors import NotStorable as NotStorable
from .errors import PolicyError as PolicyError
from .errors import SessionTooLarge as SessionTooLarge
from .errors import SettingError as SettingError
from .errors import StoreError as StoreError
from .errors import ThemeError as ThemeError
from .errors import TooLate as TooLate
from .errors import UnknownName as UnknownName
from .errors import UsageError as UsageError
from .errors import WeakKey as WeakKey
from .events import Event as Event
from .ledger.terms import LedgerTerms as LedgerTerms
from .notice import Theme as Theme
from .policy import Policy as Policy
from .policy import Regime as Regime
from .remember import Terms
from .safe import CookieSafe as CookieSafe
from .session import SessionTerms as SessionTerms
from .traffic import TrafficTerms as TrafficTerms
from .visit import Visit as Visit

RememberTerms = Terms
