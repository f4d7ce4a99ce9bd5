// What every visitor begins with, done once for nothing while the page is being drawn: browsers compile
// a function of WebAssembly when it is first called.
import type { Preset } from './api';
import type { EngineModule } from './module';

const part = { images: '', labels: '', count: 1 };

/** Opens the first network of the menu on pictures that never come, unless somebody was quicker. */
export async function rehearse(loading: Promise<EngineModule>, wanted: () => boolean) {
  const module = await loading;
  await new Promise((done) => setTimeout(done)); // whoever waits for the engine comes first
  if (!wanted()) return;
  const [{ spec }] = JSON.parse(module.zoo()) as [Preset];
  const session = new module.Session();
  const data = { classes: [...'0123456789'], shape: spec.input, train: [part], validation: [part] };
  session.announceDataset(JSON.stringify(data));
  session.openNetwork(JSON.stringify(spec), '{}');
  session.delete();
}
