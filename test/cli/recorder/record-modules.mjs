// Preloaded with --import: appends the URL of every module that is resolved to the file $MODULE_RECORD.
import { register } from 'node:module';

register('./resolve-hook.mjs', import.meta.url, { data: process.env.MODULE_RECORD });
