// Files that are dropped or pasted anywhere on the page.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { EngineError, OwnFile } from '../engine/api';
import { droppedFiles } from './dropped';

export class FileDrop implements ReactiveController {
  /** Whether files hover over the page. */
  over = false;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly take: (files: OwnFile[]) => void,
    private readonly complain: (error: EngineError) => void,
  ) {
    host.addController(this);
  }

  hostConnected() {
    addEventListener('dragover', this.dragged);
    addEventListener('dragleave', this.left);
    addEventListener('drop', this.dropped);
    addEventListener('paste', this.pasted);
  }
  hostDisconnected() {
    removeEventListener('dragover', this.dragged);
    removeEventListener('dragleave', this.left);
    removeEventListener('drop', this.dropped);
    removeEventListener('paste', this.pasted);
  }

  private show(over: boolean) {
    if (over === this.over) return;
    this.over = over;
    this.host.requestUpdate();
  }

  private readonly dragged = (event: DragEvent) => {
    event.preventDefault();
    this.show(true);
  };

  private readonly left = (event: DragEvent) => {
    if (!event.relatedTarget) this.show(false);
  };

  private readonly dropped = (event: DragEvent) => {
    event.preventDefault();
    this.show(false);
    if (event.dataTransfer) void this.unpack(event.dataTransfer);
  };

  private readonly pasted = (event: ClipboardEvent) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0) this.take(files.map((file) => ({ path: file.name, file })));
  };

  private async unpack(transfer: DataTransfer) {
    const some = [...transfer.items].some(({ kind }) => kind === 'file');
    if (!some) return; // a piece of text, or a link
    const refuse = (found: string) =>
      this.complain({ code: 'bad_file', where: '', message: `Expected pictures. ${found}` });
    try {
      const files = await droppedFiles(transfer);
      if (files.length === 0) refuse('Found a folder with nothing in it.');
      else this.take(files);
    } catch {
      refuse('Found a file or folder that cannot be read.');
    }
  }
}
