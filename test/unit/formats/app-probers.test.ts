import {expect, test} from '@jest/globals'
import {readAppProbers} from '../../../src/formats/kube-pod/app-probers.js'

test('what injection rewrote, as it was (the value of ISTIO_KUBE_APP_PROBERS)', () => {
  const text = JSON.stringify({
    '/app-health/web/livez': {httpGet: {path: '/live', port: 8443, scheme: 'HTTPS'}, timeoutSeconds: 1},
    '/app-health/web/readyz': {httpGet: {path: '/ready', port: 8080}},
    '/app-health/db/startupz': {tcpSocket: {port: 3306}},
    '/app-lifecycle/web/prestopz': {httpGet: {path: '/bye', port: 8080}},
    '/app-health/odd/livez': {httpGet: {path: '/live', port: 'http'}},
  })
  expect(readAppProbers(text)).toEqual([
    {container: 'web', port: 8443, scheme: 'HTTPS'},
    {container: 'web', port: 8080, scheme: 'HTTP'},
    {container: 'odd', scheme: 'HTTP'},
  ])
})

test('anything else is nothing', () => {
  for (const text of [undefined, '', '[]', '{', 'null', '{"/app-health/a/livez": 5}', '{"x": {"httpGet": {}}}'])
    expect(readAppProbers(text)).toEqual([])
})
