import {describe, expect, test} from '@jest/globals'
import {proxyFor} from '../../../../src/sources/cluster/pods/proxy.js'

const PROXY = 'http://proxy:3128'

function through(server: string, env: Record<string, string>, own?: string): string | undefined {
  return proxyFor(new URL(server), own, env)
}

describe('which proxy is on the way', () => {
  test('the cluster’s own wins, then the environment by scheme, in both spellings', () => {
    expect(through('https://api', {HTTPS_PROXY: PROXY}, 'socks5://own')).toBe('socks5://own')
    expect(through('https://api', {HTTPS_PROXY: PROXY})).toBe(PROXY)
    expect(through('https://api', {https_proxy: 'proxy:3128'})).toBe(PROXY)
    expect(through('https://api', {HTTP_PROXY: PROXY})).toBeUndefined()
    expect(through('http://api', {HTTP_PROXY: PROXY})).toBe(PROXY)
  })

  test('loopback is never proxied through the environment', () => {
    for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '[::1]']) {
      expect(through(`https://${host}:6443`, {HTTPS_PROXY: PROXY})).toBeUndefined()
    }
  })

  // Expected values from golang.org/x/net/http/httpproxy's documentation of NO_PROXY.
  test.each([
    ['*', 'https://api.example', true],
    ['example', 'https://api.example', true],
    ['.example', 'https://api.example', true],
    ['.example', 'https://example', false],
    ['*.example', 'https://api.example', true],
    ['example', 'https://myexample', false],
    ['api.example:6443', 'https://api.example:6443', true],
    ['api.example:6443', 'https://api.example', false],
    ['10.0.0.0/8', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['10.0.0.0/99', 'https://10.1.2.3', false],
    ['10.1.2.3', 'https://10.1.2.3:6443', true],
    ['fd00::/8', 'https://[fd12::1]', true],
    ['fd12::1', 'https://[fd12::1]', true],
    [' a , b ', 'https://b', true],
    ['', 'https://b', false],
  ])('NO_PROXY=%j and %s: exempt %s', (list, server, exempt) => {
    expect(through(server, {HTTPS_PROXY: PROXY, NO_PROXY: list})).toBe(exempt ? undefined : PROXY)
  })
})
