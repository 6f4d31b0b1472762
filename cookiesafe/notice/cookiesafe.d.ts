/** What the visitor allows, as the script of the notice tells it to the page. */
interface CookieSafe {
  /** Whether the visitor has chosen about everything there is to ask. */
  readonly decided: boolean;
  /**
   * Whether the visitor allows a purpose now, by its id, or a vendor, by `@` and its id.
   * What the policy does not have is not allowed.
   */
  allows(id: string): boolean;
  /** Goes to the page where the choices can be seen and changed, which leads back to this one. */
  open(): void;
  /** Calls back each time that the visitor has chosen something else in this page. */
  onChange(call: (now: CookieSafe) => void): void;
}

/** Not there in pages without the script, nor before it has run. */
declare var cookieSafe: CookieSafe | undefined;

interface Window {
  cookieSafe?: CookieSafe;
}

interface DocumentEventMap {
  "cookiesafe:change": CustomEvent<CookieSafe>;
}

interface WindowEventMap {
  "cookiesafe:change": CustomEvent<CookieSafe>;
}
