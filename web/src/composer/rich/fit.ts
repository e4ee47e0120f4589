/** Whether the editor can show a text. */
import { getSchema } from "@tiptap/core";
import type { Schema } from "@tiptap/pm/model";
import { extensions } from "./extensions";
import { parse } from "./markdown";

let schema: Schema | undefined;
export const fits = (text: string): boolean => parse((schema ??= getSchema(extensions(() => ""))), text) !== null;
