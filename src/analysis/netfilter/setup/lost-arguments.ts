import {own} from '../../../model/collections/own.js'
import {parseIpRange} from '../../../model/kernel/ip-address.js'
import type {CaptureSettings} from '../expected-rules/settings.js'

/** The settings that a flag of istio-init gives as text, by flag, and what they are in words. */
const BY_FLAG: Readonly<Record<string, readonly [keyof CaptureSettings, string]>> = {
  '-b': ['inboundInclude', 'the inbound ports to capture'],
  '-d': ['inboundExclude', 'the inbound ports to exclude'],
  '-i': ['rangesInclude', 'the outbound ranges to capture'],
  '-x': ['rangesExclude', 'the outbound ranges to exclude'],
  '-q': ['outboundInclude', 'the outbound ports to capture'],
  '-o': ['outboundExclude', 'the outbound ports to exclude'],
  '-k': ['virtualInterfaces', 'the interfaces of VMs'],
  '-c': ['excludedInterfaces', 'the interfaces to exclude'],
  '-u': ['uids', 'the uid of the proxy'],
  '-g': ['gids', 'the gid of the proxy'],
}

/** A value of a setting that cannot be one. */
export interface WrongValue {
  readonly flag: string
  readonly value: string
  readonly what: string
  readonly consequence: string
}

function valuesOf(settings: CaptureSettings, field: keyof CaptureSettings): readonly string[] {
  const value = settings[field]
  if (typeof value === 'string') return value === '' ? [] : value.split(',').map(part => part.trim())
  return Array.isArray(value) ? value.filter(each => typeof each === 'string') : []
}

function isEmpty(settings: CaptureSettings, flag: string): boolean {
  const field = own(BY_FLAG, flag)?.[0]
  return field !== undefined && valuesOf(settings, field).length === 0
}

function lost(settings: CaptureSettings, flag: string, value: string): WrongValue {
  const what = own(BY_FLAG, flag)?.[1] ?? ''
  const taken = own(BY_FLAG, value)
  const left =
    taken !== undefined && isEmpty(settings, value)
      ? `, and ${taken[1]} (${value}) stayed empty${value === '-b' || value === '-i' ? ': nothing is captured in that direction' : ''}`
      : ''
  return {
    flag,
    value,
    what: `The empty argument of ${flag} (${what}) was lost, so "${value}" was taken as its value${left}.`,
    consequence: `Pass the empty value in quotes (${flag} ""), also through scripts and templates that drop empty words.`,
  }
}

/**
 * Values that the flags of istio-init cannot mean: a flag where a value should be, because an empty argument before it was lost (the parser takes
 * the next word whatever it is), and invalid ranges, which istio-init skips.
 */
export function wrongValues(settings: CaptureSettings): readonly WrongValue[] {
  return Object.entries(BY_FLAG).flatMap(([flag, [field, what]]) =>
    valuesOf(settings, field).flatMap((value): readonly WrongValue[] => {
      if (/^--?[a-zA-Z]/.test(value)) return [lost(settings, flag, value)]
      const ranges = field === 'rangesInclude' || field === 'rangesExclude'
      if (!ranges || value === '*' || parseIpRange(value) !== undefined) return []
      return [
        {
          flag,
          value,
          what: `"${value}" in ${what} (${flag}) is not an IP range.`,
          consequence: 'istio-init ignores it or fails, by release: correct the range.',
        },
      ]
    }),
  )
}
