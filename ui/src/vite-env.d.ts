/// <reference types="svelte" />
/// <reference types="vite/client" />

/** ONNX Runtime's build for WebGPU; its package forgets to say that its types are those of the others. */
declare module 'onnxruntime-web/jspi' {
  export * from 'onnxruntime-web';
}
