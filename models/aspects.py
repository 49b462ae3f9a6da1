"""The aspects of a trade that every model looks for, each named in many languages."""

from collections.abc import Mapping
from typing import Final

ASPECTS: Final[Mapping[str, tuple[str, ...]]] = {
    "quality": (
        "quality", "Qualität", "calidad", "qualité", "qualità", "qualidade", "качество", "质量",
        "品質", "품질", "جودة", "गुणवत्ता", "kualitas", "chất lượng", "คุณภาพ", "kalite",
    ),
    "price": (
        "price", "Preis", "precio", "prix", "prezzo", "preço", "цена", "价格", "値段", "가격",
        "سعر", "कीमत", "harga", "giá cả", "ราคา", "fiyat",
    ),
    "delivery": (
        "delivery", "Lieferung", "entrega", "livraison", "consegna", "envio", "доставка", "物流",
        "配送", "배송", "توصيل", "डिलीवरी", "pengiriman", "giao hàng", "จัดส่ง", "teslimat",
    ),
    "packaging": (
        "packaging", "Verpackung", "embalaje", "emballage", "imballaggio", "embalagem", "упаковка",
        "包装", "梱包", "포장", "تغليف", "पैकेजिंग", "kemasan", "bao bì", "บรรจุภัณฑ์", "paketleme",
    ),
    "size and fit": (
        "size and fit", "Größe und Passform", "talla", "taille", "taglia", "tamanho", "размер",
        "尺码", "サイズ", "사이즈", "مقاس", "साइज़", "ukuran", "kích cỡ", "ขนาด", "beden",
    ),
    "service": (
        "service", "Kundenservice", "atención al cliente", "service client", "servizio clienti",
        "atendimento", "обслуживание", "服务", "接客", "서비스", "خدمة العملاء", "ग्राहक सेवा",
        "layanan", "dịch vụ", "บริการ", "müşteri hizmetleri",
    ),
    "usability": (
        "ease of use", "Bedienung", "facilidad de uso", "facilité d'utilisation", "facilità d'uso",
        "facilidade de uso", "удобство использования", "使用方便", "使いやすさ", "사용 편의성",
        "سهولة الاستخدام", "उपयोग में आसानी", "kemudahan penggunaan", "dễ sử dụng", "ใช้งานง่าย",
        "kullanım kolaylığı",
    ),
    "authenticity": (
        "genuine product", "Originalware", "producto original", "produit authentique",
        "prodotto originale", "produto original", "подлинность товара", "正品", "本物", "정품",
        "منتج أصلي", "असली उत्पाद", "barang asli", "hàng chính hãng", "ของแท้", "orijinal ürün",
    ),
    "design": (
        "design", "Design", "diseño", "apparence", "estetica", "aparência", "дизайн", "外观",
        "デザイン", "디자인", "تصميم", "डिज़ाइन", "desain", "thiết kế", "ดีไซน์", "tasarım",
    ),
    "safety": (
        "safety", "Sicherheit", "seguridad", "sécurité", "sicurezza", "segurança", "безопасность",
        "安全", "安全性", "안전", "سلامة", "सुरक्षा", "keamanan", "an toàn", "ความปลอดภัย", "güvenlik",
    ),
}  # fmt: skip
