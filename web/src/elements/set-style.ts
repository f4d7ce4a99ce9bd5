// Style properties of one element, set one by one: the page's policy allows no style attribute, which
// Lit's own styleMap writes first.
import { noChange } from 'lit';
import { Directive, directive, type ElementPart } from 'lit/directive.js';

class SetStyle extends Directive {
  render(_properties: Record<string, string>) {
    return noChange;
  }
  override update(part: ElementPart, [properties]: [Record<string, string>]) {
    const { style } = part.element as HTMLElement;
    for (const [name, value] of Object.entries(properties)) style.setProperty(name, value);
    return noChange;
  }
}

/** As in <div ${setStyle({ width: '50%' })}></div>. */
export const setStyle = directive(SetStyle);
