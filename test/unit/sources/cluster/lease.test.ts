import {describe, expect, test} from '@jest/globals'
import {leaseOn} from '../../../../src/sources/cluster/api/lease.js'
import {testApi} from '../../../support/api-at.js'

/** One Lease in memory that refuses writes to another version than its own, as an API server does. */
async function leaseServer() {
  let lease: {metadata: {resourceVersion: string}; spec: Record<string, unknown>} | undefined
  let version = 1
  const answer = await testApi(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const send = (status: number, json: unknown) =>
      response.writeHead(status, {'content-type': 'application/json'}).end(JSON.stringify(json))
    const failure = (code: number, reason: string) =>
      send(code, {kind: 'Status', status: 'Failure', code, reason, message: reason})
    if (request.method === 'GET') return lease === undefined ? failure(404, 'NotFound') : send(200, lease)
    const given = JSON.parse(body) as {metadata: {resourceVersion: string}; spec: object}
    version += 1
    if (request.method === 'POST') {
      if (lease !== undefined) return failure(409, 'AlreadyExists')
      lease = {metadata: {resourceVersion: String(version)}, spec: {...given.spec}}
      return send(201, lease)
    }
    if (lease === undefined || given.metadata.resourceVersion !== lease.metadata.resourceVersion)
      return failure(409, 'Conflict')
    lease = {metadata: {resourceVersion: String(version)}, spec: {...lease.spec, ...given.spec}}
    return send(200, lease)
  })
  return {...answer, spec: () => lease?.spec}
}

describe('a Lease', () => {
  test('is held by one, renewed by it, and taken by another only when it was not renewed for as long as it lasts', async () => {
    const server = await leaseServer()
    let seconds = 0
    const now = () => new Date(Date.UTC(2026, 10, 20, 12, 0, seconds))
    const ref = {namespace: 'meshctl', name: 'meshctl-monitor', seconds: 15}
    const [a, b] = ['a', 'b'].map(identity => leaseOn(server.api, {...ref, identity}, now))
    if (a === undefined || b === undefined) throw new Error('two')
    expect(await a.hold()).toEqual({ok: true, value: true})
    expect(await b.hold()).toEqual({ok: true, value: false})
    seconds = 10
    expect(await a.hold()).toEqual({ok: true, value: true})
    expect(await b.hold()).toEqual({ok: true, value: false})
    seconds = 24
    expect(await b.hold()).toEqual({ok: true, value: false})
    seconds = 26
    expect(await b.hold()).toEqual({ok: true, value: true})
    expect(server.spec()).toMatchObject({holderIdentity: 'b', leaseTransitions: 1})
    expect(await a.hold()).toEqual({ok: true, value: false})
    await b.release()
    expect(await a.hold()).toEqual({ok: true, value: true})
    await server.close()
  })

  test('of two that ask at once, one gets it', async () => {
    const server = await leaseServer()
    const now = () => new Date(0)
    const held = await Promise.all(
      ['a', 'b', 'c'].map(identity =>
        leaseOn(server.api, {namespace: 'n', name: 'l', seconds: 15, identity}, now).hold(),
      ),
    )
    expect(held.filter(each => each.ok && each.value)).toHaveLength(1)
    await server.close()
  })

  test('a refusal is a gap that names the permission', async () => {
    const message =
      'leases.coordination.k8s.io is forbidden: User "sre" cannot get resource "leases" in API group "coordination.k8s.io" in the namespace "n"'
    const server = await testApi((_, response) =>
      response
        .writeHead(403)
        .end(JSON.stringify({kind: 'Status', status: 'Failure', code: 403, reason: 'Forbidden', message})),
    )
    const answer = await leaseOn(
      server.api,
      {namespace: 'n', name: 'l', seconds: 15, identity: 'a'},
      () => new Date(0),
    ).hold()
    expect(answer).toMatchObject({ok: false, gap: {reason: 'forbidden'}})
    await server.close()
  })
})
