import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe} from '@jest/globals'
import {SHARED} from '../support/shared-data.js'
import {type RecordedRules, recordedKernelTests} from './netfilter-kernel.js'

const MOMENTS = join(SHARED, 'ambient/moments')
const FILES: readonly (readonly [program: string, file: string])[] = [
  ['iptables-legacy', 'iptables-legacy-save'],
  ['ip6tables-legacy', 'ip6tables-legacy-save'],
  ['iptables-nft', 'iptables-nft-save'],
  ['ip6tables-nft', 'ip6tables-nft-save'],
  ['nft', 'nft-list-ruleset'],
]

/** What was counted, and when it was saved, is not part of the rules. */
function bare(text: string): string {
  return text
    .split('\n')
    .filter(line => !line.startsWith('#'))
    .join('\n')
    .replace(/\[\d+:\d+\]/g, '[0:0]')
    .replace(/counter packets \d+ bytes \d+/g, 'counter packets 0 bytes 0')
}

/** The rules of every ambient pod of every moment, those alike once; pods on the network of the node have the node's. */
function recorded(): readonly RecordedRules[] {
  const found = new Map<string, RecordedRules>()
  for (const moment of existsSync(MOMENTS) ? readdirSync(MOMENTS) : []) {
    const pods = join(MOMENTS, moment, 'pods')
    for (const pod of existsSync(pods) ? readdirSync(pods) : [])
      for (const [program, file] of FILES) {
        const path = join(pods, pod, 'netns', `${file}.txt`)
        if (!existsSync(path) || /\.(hostnet|side)-/.test(pod)) continue
        const text = bare(readFileSync(path, 'utf8'))
        const own = program === 'nft' ? text.includes('istio-ambient') : /ISTIO_(PRERT|OUTPUT)/.test(text)
        if (own && !found.has(program + text)) found.set(program + text, {name: `${moment}/${pod}`, program, text})
      }
  }
  return [...found.values()]
}

describe('rules recorded in ambient pods', () => recordedKernelTests(recorded, existsSync(MOMENTS) ? 11 : 0))
