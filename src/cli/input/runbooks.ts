import {readdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {parseRunbook, type Runbook} from '../../reports/runbook/report.js'

/** The runbooks of the documentation that is installed with the program, by name. */
export async function installedRunbooks(root: string): Promise<readonly Runbook[]> {
  const folder = join(root, 'docs', 'runbooks')
  const files = (await readdir(folder)).filter(file => file.endsWith('.md') && file !== 'README.md').sort()
  return await Promise.all(
    files.map(async file => parseRunbook(file.slice(0, -'.md'.length), await readFile(join(folder, file), 'utf8'))),
  )
}
