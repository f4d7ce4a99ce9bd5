// The way from a control to the lesson that teaches it, in a tab of its own: nothing here is left.
import { html, nothing } from 'lit';

const convolution = './lesson-what-a-convolution-does.html';

/** The exhibit about a setting of a layer. */
const exhibits: Record<string, string> = {
  kernel_size: 'sliding-window',
  stride: 'stride',
  padding: 'edges',
  padding_mode: 'edges',
};

const link = (href: string, text: string) =>
  html`<a href=${href} target="_blank" rel="noopener">${text}</a>`;

export const convolutionLesson = () => link(convolution, 'Lesson: what a convolution does');

export const attributeLesson = (attribute: string) => {
  const exhibit = exhibits[attribute];
  return exhibit
    ? link(`${convolution}#${exhibit}`, `Lesson: ${attribute.replaceAll('_', ' ')}`)
    : nothing;
};
