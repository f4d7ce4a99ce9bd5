// The texts of shaders/*.wgsl by stem; loaded with gpu-device.mjs when a GPU is opened.
const texts = import.meta.glob<string>('../../../shaders/*.wgsl', {
  query: '?raw',
  import: 'default',
  eager: true,
});

const stem = (path: string) => path.slice(path.lastIndexOf('/') + 1, -'.wgsl'.length);

export const shaders = Object.fromEntries(
  Object.entries(texts).map(([path, text]) => [stem(path), text]),
);
