// What every element that draws on canvases needs: drawing at most once a frame, only what is in
// sight (or nearly), and again when the theme changes.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { onTheme } from '../app/theme';

/** Also what lies a little outside the window, so that scrolling finds it drawn. */
const margin = { rootMargin: '800px' };

type Host = ReactiveControllerHost & { renderRoot: ParentNode };

export class Canvases implements ReactiveController {
  private visible = new Set<Element>();
  private observed = new Set<Element>();
  private frame = 0;
  private stopTheme = () => {};
  private readonly seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.visible.add(target);
      else this.visible.delete(target);
    }
    this.draw();
  }, margin);

  /** `paint` gets the canvases that can be seen, and their places among the host's. */
  constructor(
    private readonly host: Host,
    private readonly paint: (canvas: HTMLCanvasElement, index: number) => void,
  ) {
    host.addController(this);
  }

  hostConnected() {
    this.stopTheme = onTheme(() => {
      this.host.requestUpdate();
      this.draw();
    });
    this.host.requestUpdate(); // a host that comes back has its canvases observed again
  }

  hostDisconnected() {
    this.stopTheme();
    this.seen.disconnect();
    this.observed.clear();
    this.visible.clear();
  }

  hostUpdated() {
    const canvases = new Set<Element>(this.host.renderRoot.querySelectorAll('canvas'));
    for (const gone of this.observed) {
      if (canvases.has(gone)) continue;
      this.seen.unobserve(gone);
      this.visible.delete(gone);
    }
    for (const canvas of canvases) if (!this.observed.has(canvas)) this.seen.observe(canvas);
    this.observed = canvases;
  }

  draw() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.host.renderRoot.querySelectorAll('canvas').forEach((canvas, i) => {
        if (this.visible.has(canvas)) this.paint(canvas, i);
      });
    });
  }
}
