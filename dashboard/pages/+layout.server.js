// Pages are plain HTML: every figure stands in them, so no runtime and no WebAssembly is sent.
export const csr = false;
