// The picture in the network: one of the validation split, an image of the visitor's, or a drawing
// while it grows.
import type { Answer, Picture, Split } from '../engine/api';
import type { Shown } from './state';

interface Source {
  picture(split: Split, index: number): Promise<Answer<Picture>>;
  prepare(image: Blob | ImageData): Promise<Answer<Picture>>;
}

export class Pictures {
  shown: Shown | null = null;
  private drawing: ImageData | null = null;
  private preparing = false;

  constructor(
    private readonly engine: () => Source,
    /** Another picture is in the network. */
    private readonly changed: () => void,
  ) {}

  async choose(index: number) {
    const { value } = await this.engine().picture('validation', index);
    if (value) this.show({ ...value, index });
  }

  /** The same where nothing is in the network yet: what is drawn meanwhile stays. */
  async begin(index: number) {
    if (this.shown) return;
    const { value } = await this.engine().picture('validation', index);
    if (value && !this.shown) this.show({ ...value, index });
  }

  /** An image of the visitor's; answers what is wrong with it, if anything. */
  async open(image: Blob) {
    const { value, error } = await this.engine().prepare(image);
    if (value) this.show({ pixels: value.pixels, label: -1, index: null });
    return error;
  }

  /** A drawing; of several that come while one is being prepared, the last one counts. */
  async draw(image: ImageData) {
    this.drawing = image;
    if (this.preparing) return;
    this.preparing = true;
    while (this.drawing) {
      const drawn = this.drawing;
      this.drawing = null;
      const { value } = await this.engine()
        .prepare(drawn)
        .catch(() => ({ value: undefined }));
      if (value) this.show({ pixels: value.pixels, label: -1, index: null });
    }
    this.preparing = false;
  }

  private show(shown: Shown) {
    this.shown = shown;
    this.changed();
  }
}
