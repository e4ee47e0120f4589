/** Uploads one file with progress. XMLHttpRequest, because fetch cannot report how far it got. */
import { BASE, problemOf } from "./client";
import { ApiError } from "./error";
import type { FileRef } from "./types";

export interface Upload<T = FileRef> { done: Promise<T>; cancel: () => void }

export function upload(file: File, onProgress: (part: number) => void, path = "/files"): Upload {
  const form = new FormData();
  form.append("file", file, file.name);
  return send<FileRef>(path, form, onProgress);
}

/** Sends a body as it is. A text type is needed when the body is not a form. */
export function send<T>(path: string, body: FormData | Blob, onProgress: (part: number) => void, type?: string): Upload<T> {
  const x = new XMLHttpRequest();
  const done = new Promise<T>((resolve, reject) => {
    x.open("POST", BASE + path);
    x.upload.onprogress = (e) => e.lengthComputable && onProgress(e.loaded / e.total);
    x.onload = () => {
      if (x.status >= 200 && x.status < 300) resolve(JSON.parse(x.responseText) as T);
      else reject(problemOf(x.status, x.responseText, x.getResponseHeader("Retry-After")));
    };
    x.onerror = () =>
      reject(new ApiError({ code: "offline", detail: "The upload was cut off. Check your connection and choose the file again." }));
    if (type) x.setRequestHeader("Content-Type", type);
    x.send(body);
  });
  return { done, cancel: () => x.abort() };
}
