import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { peer } from '../../peers/tfjs.mjs';

export async function open() {
  if (!(await tf.setBackend('webgpu'))) throw new Error('its WebGPU backend does not start');
  const { description, vendor } = tf.backend().device.adapterInfo ?? {};
  const loadGradients = () => import('@tensorflow/tfjs-core/dist/register_all_gradients');
  return peer({ tf, loadGradients, device: description || vendor || 'GPU' });
}
