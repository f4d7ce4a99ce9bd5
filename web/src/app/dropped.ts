// What was dropped on the page: files, and the files inside folders, with their paths.
import type { OwnFile } from '../engine/api';

const fileOf = (entry: FileSystemFileEntry) =>
  new Promise<File>((done, failed) => entry.file(done, failed));

const readSome = (reader: FileSystemDirectoryReader) =>
  new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));

async function filesIn(entry: FileSystemEntry): Promise<OwnFile[]> {
  const path = entry.fullPath.replace(/^\//, '');
  if (entry.isFile) return [{ path, file: await fileOf(entry as FileSystemFileEntry) }];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: OwnFile[] = [];
  for (let some = await readSome(reader); some.length > 0; some = await readSome(reader)) {
    for (const inside of some) found.push(...(await filesIn(inside)));
  }
  return found;
}

/** Must be called while the drop event is being handled. */
export function droppedFiles(transfer: DataTransfer): Promise<OwnFile[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry());
  const files = [...transfer.files].map((file) => ({ path: file.name, file }));
  if (!entries.some((entry) => entry?.isDirectory)) return Promise.resolve(files);
  return Promise.all(entries.filter((entry) => entry !== null).map(filesIn)).then((lists) =>
    lists.flat(),
  );
}

export const isOneImage = (files: OwnFile[]) =>
  files.length === 1 && files[0]?.file.type.startsWith('image/') === true;
