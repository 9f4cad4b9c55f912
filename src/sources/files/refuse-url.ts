import {UserError} from '../../model/evidence/user-error.js'
import {shellWord} from '../../model/text/shell-word.js'

/** Rejects a URL and suggests the command that downloads it: meshctl connects only to the cluster. */
export function refuseUrl(path: string): void {
  if (!/^(https?|ftp):\/\//i.test(path)) return
  throw new UserError(`${path} is a URL; meshctl reads files and fetches nothing from the web`, {
    hint: 'Fetch it and pipe it in.',
    next: `curl -fsSL ${shellWord(path)} | meshctl read -`,
  })
}
