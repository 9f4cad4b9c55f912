import {spawn} from 'node:child_process'
import {own} from '../../model/collections/own.js'
import {remark} from './streams.js'

/** The program that opens an address in the browser, by system (`xdg-open` on Linux). */
const OPENERS: Readonly<Record<string, readonly string[]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/** Opens an address in the browser; false when there is no program for it. The address is an argument and reaches no shell. */
function opened(url: string): Promise<boolean> {
  const [program = '', ...args] = own(OPENERS, process.platform) ?? ['xdg-open']
  return new Promise(resolve => {
    const child = spawn(program, [...args, url], {stdio: 'ignore', detached: true})
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}

/** Opens an address that was printed in the browser, or says that there is no program for it. */
export async function openBrowser(url: string): Promise<void> {
  if (!(await opened(url))) await remark('no program to open a browser; open the address above')
}
