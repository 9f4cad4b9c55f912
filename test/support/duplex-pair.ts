import {Duplex} from 'node:stream'

/** Two ends of one connection in memory: what is written to one is read from the other. */
export function duplexPair(): readonly [Duplex, Duplex] {
  const end = (other: () => Duplex): Duplex =>
    new Duplex({
      read: () => undefined,
      write(chunk: Buffer, _encoding, done) {
        other().push(chunk)
        setImmediate(done)
      },
      final(done) {
        other().push(null)
        done()
      },
    })
  const left: Duplex = end(() => right)
  const right: Duplex = end(() => left)
  return [left, right]
}
