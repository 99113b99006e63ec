"""Tiny random pipelines of diffusers, of each class that is known; nothing is fetched."""

from weakref import WeakSet, finalize

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderKLFlux2,
    AutoencoderTiny,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    Flux2KleinPipeline,
    Flux2Transformer2DModel,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    Qwen2TokenizerFast,
    Qwen3Config,
    Qwen3ForCausalLM,
)

_LETTERS = "abcdefghijklmnopqrstuvwxyz,"
_CHAT = "{% for message in messages %}{{ message['content'] }}{% endfor %}"


def _clip_tokenizer():
    words = ["<|startoftext|>", *_LETTERS, *(f"{letter}</w>" for letter in _LETTERS), "<|endoftext|>"]
    return CLIPTokenizer({word: k for k, word in enumerate(words)}, [], model_max_length=77)


def _clip_config(projection=32):
    return CLIPTextConfig(
        hidden_size=32, intermediate_size=37, num_attention_heads=4, num_hidden_layers=2, vocab_size=64,
        bos_token_id=0, eos_token_id=55, pad_token_id=1, projection_dim=projection, hidden_act="gelu",
    )  # fmt: skip


def _unet(side, **more):
    return UNet2DConditionModel(
        block_out_channels=(32, 64), layers_per_block=1, sample_size=side, in_channels=4, out_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        norm_num_groups=8, **more,
    )  # fmt: skip


def _vae(kind=AutoencoderKL, **more):
    return kind(
        block_out_channels=(32, 64), in_channels=3, out_channels=3, norm_num_groups=8,
        down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2, **more,
    )  # fmt: skip


def _scheduler(**more):
    told = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1}
    return EulerDiscreteScheduler(**told, timestep_spacing="trailing", **more)


def tiny_decoder():
    """An AutoencoderTiny, as TAESD is one."""
    torch.manual_seed(1)
    return AutoencoderTiny(
        encoder_block_out_channels=(16, 16), decoder_block_out_channels=(16, 16),
        num_encoder_blocks=(1, 1), num_decoder_blocks=(1, 1), latent_channels=4,
    ).eval()  # fmt: skip


def stable_diffusion(side=32, scheduler=None):
    torch.manual_seed(0)
    return StableDiffusionPipeline(
        unet=_unet(side, cross_attention_dim=32), vae=_vae(latent_channels=4),
        scheduler=scheduler or _scheduler(), text_encoder=CLIPTextModel(_clip_config()).eval(),
        tokenizer=_clip_tokenizer(), safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip


def stable_diffusion_xl(side=32, scheduler=None):
    torch.manual_seed(0)
    return StableDiffusionXLPipeline(
        unet=_unet(
            side, cross_attention_dim=64, attention_head_dim=(2, 4), use_linear_projection=True,
            addition_embed_type="text_time", addition_time_embed_dim=8, transformer_layers_per_block=(1, 2),
            projection_class_embeddings_input_dim=80,
        ),
        vae=_vae(latent_channels=4), scheduler=scheduler or _scheduler(prediction_type="v_prediction"),
        text_encoder=CLIPTextModel(_clip_config()).eval(), tokenizer=_clip_tokenizer(),
        text_encoder_2=CLIPTextModelWithProjection(_clip_config()).eval(), tokenizer_2=_clip_tokenizer(),
        add_watermarker=False,
    )  # fmt: skip


def flux2_klein(side=32, distilled=True):
    """side : of its latents; the pipeline's own default is for large pictures."""
    torch.manual_seed(0)
    words = {letter: k for k, letter in enumerate([*_LETTERS, "Ġ", "<|endoftext|>"])}
    tokenizer = Qwen2TokenizerFast(words, [], model_max_length=512)
    tokenizer.chat_template = _CHAT
    text = Qwen3Config(
        hidden_size=16, intermediate_size=16, num_hidden_layers=28, num_attention_heads=2, num_key_value_heads=2,
        head_dim=8, vocab_size=len(words), max_position_embeddings=512,
    )  # fmt: skip
    transformer = Flux2Transformer2DModel(
        patch_size=1, in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=48, timestep_guidance_channels=256, axes_dims_rope=(4, 4, 4, 4), guidance_embeds=False,
    )  # fmt: skip
    pipe = Flux2KleinPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
        vae=_vae(AutoencoderKLFlux2, latent_channels=4).eval(), text_encoder=Qwen3ForCausalLM(text).eval(),
        tokenizer=tokenizer, transformer=transformer.eval(), is_distilled=distilled,
    )  # fmt: skip
    pipe.default_sample_size = side
    return pipe


PIPELINES = {"sd": stable_diffusion, "sdxl": stable_diffusion_xl, "flux2": flux2_klein}


class Peak(TorchDispatchMode):
    """Bytes of all tensors that were alive at once while it was on, made while it was on."""

    def __init__(self):
        super().__init__()
        self.now = self.bytes = 0
        self._known = WeakSet()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        out = function(*args, **(kwargs or {}))
        for one in tree_leaves(out):
            if isinstance(one, torch.Tensor) and one.untyped_storage() not in self._known:
                storage = one.untyped_storage()
                self._known.add(storage)
                self._add(storage.nbytes())
                finalize(storage, self._add, -storage.nbytes())
        return out

    def _add(self, count):
        self.now += count
        self.bytes = max(self.bytes, self.now)
