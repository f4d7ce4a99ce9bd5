// A dataset's picture, grey or in colour, on a canvas of its own size.

/** `pixels`: channels × height × width bytes. */
export function drawPicture(canvas: HTMLCanvasElement, pixels: Uint8Array, shape: number[]) {
  const [channels = 1, height = 1, width = 1] = shape;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const image = new ImageData(width, height);
  const size = width * height;
  for (let i = 0; i < size; i++) {
    for (let c = 0; c < 3; c++) {
      const plane = channels === 3 ? c : 0;
      image.data[4 * i + c] = pixels[plane * size + i] ?? 0;
    }
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}
