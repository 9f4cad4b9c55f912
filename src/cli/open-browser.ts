import {spawn} from 'node:child_process'
import {own} from '../model/own.js'

/** The program that opens an address in the browser, by system (`xdg-open` on Linux). */
const OPENERS: Readonly<Record<string, readonly string[]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/** Opens an address in the browser; false when there is no program for it. The address is an argument and reaches no shell. */
export function openBrowser(url: string, platform: NodeJS.Platform = process.platform): Promise<boolean> {
  const [program = '', ...args] = own(OPENERS, platform) ?? ['xdg-open']
  return new Promise(resolve => {
    const child = spawn(program, [...args, url], {stdio: 'ignore', detached: true})
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}
