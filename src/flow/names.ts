/** Names that reach into an object's prototype somewhere; nothing that a flow names may have one of them. */
export function isReservedName(name: string): boolean {
  return name === '__proto__' || name === 'prototype' || name === 'constructor'
}
