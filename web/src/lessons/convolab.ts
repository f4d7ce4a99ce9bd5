// <convolab-exhibit exhibit="stride" stride="3">: an exhibit on somebody else's page, from one script
// tag. It frames embed.html beside this script, follows its height, and tells what happens in it as
// DOM events. Built as convolab.js; see docs/embedding.md.
(() => {
  const script =
    (document.currentScript as HTMLScriptElement | null) ??
    document.querySelector<HTMLScriptElement>('script[src$="/convolab.js"]');
  const base = new URL('./embed.html', script?.src ?? location.href);
  const kinds = ['ready', 'height', 'step', 'accuracy', 'answered'];
  // The host's own business, not settings of the exhibit.
  const notSettings =
    /^(id|class|style|slot|title|lang|dir|hidden|role|tabindex|name|data-.*|aria-.*)$/;
  let count = 0;
  // No style element or attribute: a host's policy may forbid those. The host's own rules win.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    ':host { display: block } :host([hidden]) { display: none !important } iframe { width: 100%; border: 0; display: block }',
  );

  class ConvolabExhibit extends HTMLElement {
    private readonly key = `convolab-${++count}`;
    private frame: HTMLIFrameElement | undefined;
    private url = '';
    private readonly watch = new MutationObserver(() => this.show());

    connectedCallback() {
      if (!this.frame) {
        this.frame = document.createElement('iframe');
        this.frame.style.height = '480px';
        this.frame.loading = 'lazy';
        const root = this.attachShadow({ mode: 'open' });
        root.adoptedStyleSheets = [sheet];
        root.append(this.frame);
      }
      addEventListener('message', this.hear);
      this.watch.observe(this, { attributes: true });
      this.show();
    }

    disconnectedCallback() {
      removeEventListener('message', this.hear);
      this.watch.disconnect();
      this.url = ''; // a frame that is moved loads afresh
    }

    private show() {
      if (!this.frame) return;
      const given = this.getAttributeNames()
        .filter((name) => !notSettings.test(name))
        .map((name) => [name, this.getAttribute(name) ?? '']);
      const url = `${base.href}#${new URLSearchParams([...given, ['id', this.key]]).toString()}`;
      const title =
        this.getAttribute('title') ?? `Convolab exhibit: ${this.getAttribute('exhibit') ?? ''}`;
      this.frame.title = title;
      if (url === this.url) return;
      // A new address in `src` would be an entry in the host's history.
      if (this.url && this.isConnected) this.frame.contentWindow?.location.replace(url);
      else this.frame.src = url;
      this.url = url;
    }

    private readonly hear = (event: MessageEvent) => {
      if (event.source !== this.frame?.contentWindow || event.origin !== base.origin) return;
      const message = event.data as { source?: string; kind?: string; height?: number };
      if (message?.source !== 'convolab' || !kinds.includes(message.kind ?? '')) return;
      if (message.kind === 'height' && this.frame && Number.isFinite(message.height))
        this.frame.style.height = `${message.height}px`;
      this.dispatchEvent(
        new CustomEvent(`convolab-${message.kind}`, { detail: message, bubbles: true }),
      );
    };
  }

  if (!customElements.get('convolab-exhibit'))
    customElements.define('convolab-exhibit', ConvolabExhibit);
})();
