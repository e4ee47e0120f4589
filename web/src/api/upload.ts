/** Uploads one file with progress. XMLHttpRequest, because fetch cannot report how far it got. */
import { BASE, problemOf } from "./client";
import { ApiError } from "./error";
import type { FileRef } from "./types";

export interface Upload { done: Promise<FileRef>; cancel: () => void }

export function upload(file: File, onProgress: (part: number) => void): Upload {
  const x = new XMLHttpRequest();
  const done = new Promise<FileRef>((resolve, reject) => {
    x.open("POST", BASE + "/files");
    x.upload.onprogress = (e) => e.lengthComputable && onProgress(e.loaded / e.total);
    x.onload = () => {
      if (x.status >= 200 && x.status < 300) resolve(JSON.parse(x.responseText) as FileRef);
      else reject(problemOf(x.status, x.responseText, x.getResponseHeader("Retry-After")));
    };
    x.onerror = () =>
      reject(new ApiError({ code: "offline", detail: "The upload was cut off. Check your connection and attach the file again." }));
    const form = new FormData();
    form.append("file", file, file.name);
    x.send(form);
  });
  return { done, cancel: () => x.abort() };
}
